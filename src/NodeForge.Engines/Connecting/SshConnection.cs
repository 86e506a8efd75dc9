using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace NodeForge.Engines.Connecting;

/// <summary>An engine behind ssh: the far <c>docker system dial-stdio</c> joins its standard streams to its engine's socket.</summary>
internal static class SshConnection
{
    public static EngineConnection Open(EngineEndpoint endpoint)
    {
        string program =
            ProgramSearch.Find("ssh", endpoint.Host?.Variable("PATH"))
            ?? throw Missing(endpoint, "no ssh in the absolute folders of PATH", null);
        ProcessStartInfo start = new(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        endpoint.Host?.Apply(start);
        foreach (string argument in Arguments(endpoint))
            start.ArgumentList.Add(argument);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw Missing(endpoint, failure.Message, failure);
        }

        SshStream stream = new(endpoint, process);
        return new(stream, stream, _ => stream.CloseWriteAsync(), stream.Dispose);
    }

    private static NodeForgeException Missing(EngineEndpoint endpoint, string got, Exception? inner) =>
        new(
            new Diagnostic(ErrorCodes.ProgramMissing, "ssh is needed to reach the engine")
            {
                Where = new(endpoint.ToString()),
                Got = got,
                Hint = "install the package openssh-client",
            },
            inner
        );

    internal static IReadOnlyList<string> Arguments(EngineEndpoint endpoint)
    {
        Uri address = endpoint.Address;
        // No terminal and no questions: a pass phrase prompt would wait for ever inside a build.
        List<string> arguments = ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30"];
        if (address.UserInfo.Length > 0)
            arguments.AddRange(["-l", Uri.UnescapeDataString(address.UserInfo)]);
        if (address.Port > 0)
            arguments.AddRange(["-p", address.Port.ToString(CultureInfo.InvariantCulture)]);
        arguments.AddRange(["--", address.Host, .. FarProgram(endpoint), "system", "dial-stdio"]);
        return arguments;
    }

    // Podman's variable speaks of Podman, and names the socket at the far side; docker takes a socket there as well.
    private static IEnumerable<string> FarProgram(EngineEndpoint endpoint)
    {
        (string program, string option) = endpoint.Origin == EngineDiscovery.PodmansVariable ? ("podman", "--url") : ("docker", "--host");
        string socket = Uri.UnescapeDataString(endpoint.Address.AbsolutePath);
        return socket.Length > 1 ? [program, option, Quoted("unix://" + socket)] : [program];
    }

    // ssh joins its arguments, and the far shell takes them apart.
    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
