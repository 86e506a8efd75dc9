using System.Net;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;

namespace NodeForge.Clusters.Preflight;

/// <summary>Whether proxies that this machine uses suit nodes, and leave the cluster's own addresses alone.</summary>
internal sealed class ProxyCheck : IMachineCheck
{
    // What CreateNetwork gives out, in as few ranges as hold it.
    private static readonly string[] OfNodes = ["10.200.0.0/13", "10.208.0.0/13", "10.216.0.0/13"];

    public string Name => "proxies";

    public CheckResult Judge(MachineFacts facts)
    {
        ProxySettings proxies = facts.Proxies;
        if (!proxies.Any)
            return new("none");
        string finding = string.Join(
            ", ",
            new[] { ("HTTP_PROXY", proxies.Http), ("HTTPS_PROXY", proxies.Https) }
                .Where(pair => pair.Item2 is not null)
                .Select(pair => $"{pair.Item1}={WithoutPassword(pair.Item2!)}")
        );
        Diagnostic?[] problems =
        [
            Loopback("HTTP_PROXY", proxies.Http),
            Loopback("HTTPS_PROXY", proxies.Https),
            Uncovered(EffectiveSettings.RangesFor(facts.Config), proxies.Without ?? string.Empty),
        ];
        return new(finding, [.. problems.OfType<Diagnostic>()]);
    }

    private static Diagnostic? Loopback(string name, string? proxy) =>
        proxy is null || Address(proxy) is not { IsLoopback: true }
            ? null
            : new(ErrorCodes.ProxyUnsuitable, "nodes are given a proxy that is not there for them: in a node the address is the node's own")
            {
                Severity = Severity.Warning,
                Where = new(name),
                Got = WithoutPassword(proxy),
                Want = "an address that containers reach",
                Hint = $"let the proxy listen on this machine's own address, and name that in {name}; or unset it for creating the cluster",
            };

    private static Diagnostic? Uncovered(IReadOnlyList<AddressRange> ranges, string without)
    {
        string[] have = without.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] lacking =
        [
            .. ranges.Select(range => range.ToString()).Concat(OfNodes).Where(range => !have.Any(entry => Covers(entry, range))),
        ];
        return lacking.Length == 0
            ? null
            : new(ErrorCodes.ProxyUnsuitable, "programs of this machine send what is for nodes, pods and services to the proxy")
            {
                Severity = Severity.Warning,
                Where = new("NO_PROXY"),
                Got = without.Length > 0 ? without : "not set",
                Want = $"{string.Join(", ", lacking)} among its entries; nodes are given theirs",
                Hint = $"export NO_PROXY={string.Join(',', have.Concat(lacking))}",
            };
    }

    private static bool Covers(string entry, string range) =>
        entry == "*"
        || (
            IPNetwork.TryParse(entry, out IPNetwork outer)
            && IPNetwork.Parse(range) is var inner
            && outer.PrefixLength <= inner.PrefixLength
            && outer.Contains(inner.BaseAddress)
        );

    // curl takes a proxy without a scheme, and so do those that read its variables.
    private static Uri? Address(string proxy) =>
        Uri.TryCreate(proxy.Contains("://", StringComparison.Ordinal) ? proxy : "http://" + proxy, UriKind.Absolute, out Uri? address)
            ? address
            : null;

    private static string WithoutPassword(string proxy) =>
        Address(proxy) is { UserInfo.Length: > 0 } address
            ? proxy.Replace(address.UserInfo + "@", "***@", StringComparison.Ordinal)
            : proxy;
}
