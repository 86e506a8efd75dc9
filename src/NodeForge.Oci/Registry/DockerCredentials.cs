using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Registry;

/// <summary>Credentials that <c>docker login</c> left: <c>auths</c>, <c>credHelpers</c> and <c>credsStore</c> of docker's
/// <c>config.json</c>.</summary>
/// <param name="host">Whose helpers are asked.</param>
/// <param name="file">The configuration; one that does not exist holds nothing.</param>
public sealed class DockerCredentials(HostEnvironment host, string file) : ICredentialSource
{
    private const string TokenUser = "<token>";
    private const int LongestFile = 4 << 20; // bytes; one with many registries has some thousand
    private const int LongestAnswer = 1 << 20; // bytes; a user's name and a token
    private const int LongestHelper = 200; // with docker-credential- before it one name of a file, which ends at 255

    /// <summary>Those that docker itself would read: in <c>DOCKER_CONFIG</c>, else in <c>~/.docker</c>.</summary>
    public DockerCredentials(HostEnvironment host)
        : this(
            host,
            Path.Combine(
                host.Variable("DOCKER_CONFIG") is { } folder ? host.Resolve(folder) : Path.Combine(host.Home, ".docker"),
                "config.json"
            )
        ) { }

    public async Task<RegistryCredential?> FindAsync(string registry, CancellationToken cancellationToken)
    {
        using DockerConfiguration? configuration = Read();
        if (configuration is null)
            return null;
        RegistryCredential? kept = configuration.HelperOf(registry) is { } helper
            ? await AskHelperAsync(helper, DockerConfiguration.KeyOf(registry), cancellationToken).ConfigureAwait(false)
            : null;
        return kept ?? configuration.CredentialOf(registry);
    }

    private DockerConfiguration? Read()
    {
        try
        {
            return DockerConfiguration.Parse(
                file,
                RegularFile.ReadSmall(file, LongestFile, length => Refuse("docker's configuration is too large", $"{length} bytes", null))
            );
        }
        catch (NodeForgeException absent) when (absent.InnerException is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (NodeForgeException wrong) when (wrong.Is(ErrorCodes.PathNotUsable))
        {
            throw Refuse("docker's configuration cannot be read", wrong.Diagnostics[0].Got, wrong);
        }
    }

    private async Task<RegistryCredential?> AskHelperAsync(string helper, string key, CancellationToken cancellationToken)
    {
        if (
            helper.Length > LongestHelper
            || !char.IsAsciiLetterOrDigit(helper[0])
            || helper.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
        )
            throw Refuse(
                "the name of the credential helper is no program's name",
                helper.Length > LongestHelper ? $"{helper.Length} characters" : helper,
                null
            );
        string program = "docker-credential-" + helper;
        (int exitCode, string output) = await RunAsync(program, key, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
        {
            // The helpers' protocol tells "nothing known" by this text alone (docker-credential-helpers, credentials/error.go).
            return output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw Refuse($"{program} failed for {key}", $"exit code {exitCode}", null);
        }

        try
        {
            using JsonDocument answer = JsonDocument.Parse(output);
            string user = Text(Member(answer.RootElement, "Username")) ?? "";
            string secret = Text(Member(answer.RootElement, "Secret")) ?? "";
            return new(user, secret, user == TokenUser);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            throw Refuse($"{program} did not answer with JSON", null, null);
        }
    }

    private async Task<(int ExitCode, string Output)> RunAsync(string program, string input, CancellationToken cancellationToken)
    {
        string found =
            host.FindProgram(program)
            ?? throw Refuse($"the credential helper {program} cannot be started", "no such program in the absolute folders of PATH", null);
        ProcessStartInfo start = new(found)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("get");
        host.Apply(start);
        using Process process = new() { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            throw Refuse($"the credential helper {program} cannot be started", missing.Message, missing);
        }

        try
        {
            Action end = () => process.Kill(entireProcessTree: true);
            Task<string> output = ReadAsync(process.StandardOutput.BaseStream, end, cancellationToken);
            Task<string> errors = ReadAsync(process.StandardError.BaseStream, end, cancellationToken);
            await WriteInputAsync(process, input).ConfigureAwait(false);
            string[] said = await Task.WhenAll(output, errors).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return said.All(text => text.Length <= LongestAnswer)
                ? (process.ExitCode, said[0])
                : throw Refuse($"{program} says more than credentials for {input}", null, null);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    // A program that says too much is ended: it would wait for ever for somebody to read the rest.
    private static async Task<string> ReadAsync(Stream output, Action whenTooLong, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[LongestAnswer + 1];
        int length = await output.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (length > LongestAnswer)
            whenTooLong();
        return Encoding.Latin1.GetString(bytes, 0, length);
    }

    private static async Task WriteInputAsync(Process process, string input)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(input).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A helper that ends without reading tells why by its exit code.
        }
    }

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out JsonElement member) ? member : null;

    private static string? Text(JsonElement? element) => element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private NodeForgeException Refuse(string what, string? got, Exception? inner) =>
        DockerConfiguration.Refuse(file, what, got, null, inner);
}
