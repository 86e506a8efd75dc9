using System.Net;
using System.Text.RegularExpressions;
using NodeForge.Images.Processes;

namespace NodeForge.Images.Debian.Mirrors;

/// <summary>The proxies of the machine's apt, for the mirrors of Debian's archive; every other place is reached as the environment says
/// (http_proxy, https_proxy, no_proxy).</summary>
/// <remarks>apt-transport-http(1): a host's own setting, then the program that finds one, then the scheme's, then the environment; no_proxy
/// is above all of them. A proxy for packages commonly serves nothing else.</remarks>
public sealed partial class AptProxies : IWebProxy
{
    private const string Direct = "DIRECT";

    private readonly Dictionary<string, string> settings;
    private readonly HashSet<string> mirrors;
    private readonly IWebProxy environment;
    private readonly Func<string, bool> excepted;

    /// <param name="dump">The lines of <c>apt-config dump</c>.</param>
    /// <param name="mirrors">The mirrors of Debian's archive.</param>
    /// <param name="environment">Serves every other place.</param>
    /// <param name="noProxy">The value of no_proxy.</param>
    public AptProxies(IEnumerable<string> dump, DebianMirrors mirrors, IWebProxy environment, string? noProxy)
    {
        settings = Settings(dump);
        this.mirrors = [.. Addresses(mirrors).Select(mirror => mirror.Host)];
        this.environment = environment;
        string[] domains = [.. (noProxy ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        excepted = host =>
            domains.Any(domain =>
                domain == "*"
                || host == domain.TrimStart('.')
                || host.EndsWith("." + domain.TrimStart('.'), StringComparison.OrdinalIgnoreCase)
            );
    }

    public ICredentials? Credentials
    {
        get => environment.Credentials;
        set => environment.Credentials = value;
    }

    /// <summary>What this machine's apt says; a machine without apt has the environment alone.</summary>
    public static async Task<IWebProxy> OfHostAsync(
        HostEnvironment host,
        DebianMirrors mirrors,
        IForgeReporter reporter,
        CancellationToken cancellationToken
    )
    {
        ProgramRunner runner = new(host, reporter);
        ProgramResult dump;
        try
        {
            dump = await runner
                .TryAsync(
                    new ProgramCall("apt-config", "dump")
                    {
                        Package = "apt",
                        Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C" },
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (NodeForgeException absent) when (absent.Is(ErrorCodes.ProgramMissing))
        {
            return host.Proxies;
        }

        string[] lines = dump.Output.Split('\n');
        return new AptProxies(
            [.. lines, .. await DetectAsync(lines, mirrors, runner, cancellationToken).ConfigureAwait(false)],
            mirrors,
            host.Proxies,
            host.Variable("no_proxy") ?? host.Variable("NO_PROXY")
        );
    }

    /// <summary>What the program of <c>Acquire::http::Proxy-Auto-Detect</c> says of each mirror, in lines as a dump has them.</summary>
    /// <remarks>apt.conf(5): it is given the address and prints a proxy or DIRECT; a host's own setting is above it, and it above the
    /// scheme's.</remarks>
    internal static async Task<IReadOnlyList<string>> DetectAsync(
        IReadOnlyList<string> dump,
        DebianMirrors mirrors,
        ProgramRunner runner,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, string> settings = Settings(dump);
        List<string> detected = [];
        foreach (Uri mirror in Addresses(mirrors).DistinctBy(mirror => (mirror.Scheme, mirror.Host)))
        {
            if (
                settings.ContainsKey($"{mirror.Scheme}::Proxy::{mirror.Host}")
                || settings.GetValueOrDefault($"{mirror.Scheme}::Proxy-Auto-Detect") is not { } program
            )
                continue;
            ProgramResult said = await runner
                .TryAsync(new ProgramCall(program, mirror.ToString()), cancellationToken)
                .ConfigureAwait(false);
            if (said.ExitCode == 0 && said.Output.Split('\n')[0].Trim() is { Length: > 0 } proxy)
                detected.Add($"Acquire::{mirror.Scheme}::Proxy::{mirror.Host} \"{proxy}\";");
        }

        return detected;
    }

    public Uri? GetProxy(Uri destination)
    {
        if (!mirrors.Contains(destination.Host) || Configured(destination) is not { } configured)
            return environment.GetProxy(destination);
        return configured == Direct || excepted(destination.Host) ? null : new Uri(configured);
    }

    public bool IsBypassed(Uri host) =>
        mirrors.Contains(host.Host) && Configured(host) is not null ? GetProxy(host) is null : environment.IsBypassed(host);

    // A value that is no address is apt's to complain about, when it locks.
    private string? Configured(Uri destination)
    {
        string? value =
            settings.GetValueOrDefault($"{destination.Scheme}::Proxy::{destination.Host}")
            ?? settings.GetValueOrDefault($"{destination.Scheme}::Proxy");
        return value is null or Direct ? value
            : Uri.TryCreate(Usable(value), UriKind.Absolute, out _) ? Usable(value)
            : null;
    }

    // apt's name for SOCKS with names resolved by the proxy; it is what .NET means by socks5.
    private static string Usable(string value) =>
        value.StartsWith("socks5h://", StringComparison.Ordinal) ? "socks5" + value["socks5h".Length..] : value;

    private static IEnumerable<Uri> Addresses(DebianMirrors mirrors) =>
        mirrors
            .Archive.Concat(mirrors.Security)
            .Append(mirrors.Snapshot?.Split('{')[0])
            .Select(mirror => Uri.TryCreate(mirror, UriKind.Absolute, out Uri? address) ? address : null)
            .OfType<Uri>();

    private static Dictionary<string, string> Settings(IEnumerable<string> dump) =>
        dump.Select(line => Setting().Match(line))
            .Where(match => match.Success && match.Groups["value"].Length > 0)
            .DistinctBy(match => match.Groups["name"].Value, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value, StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(
        @"^Acquire::(?<name>https?::Proxy(-Auto-Detect|::[^\s""]+)?) ""(?<value>[^""]*)"";",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex Setting();
}
