using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Networks;

namespace NodeForge.Clusters.Preflight;

/// <summary>Whether the cluster's ranges meet each other, and what they would hide from pods.</summary>
internal sealed class SubnetCheck : IMachineCheck
{
    public string Name => "subnets";

    public CheckResult Judge(MachineFacts facts)
    {
        NetworkingConfig wanted = facts.Config.Networking;
        NetworkingConfig defaults = new() { Family = wanted.Family };
        List<Diagnostic> problems = [];
        if (Possible(facts.Config, problems) is not { } possible)
            return new("no ranges", problems);
        (string Key, AddressRange Range)[] ranges =
        [
            .. possible.SelectMany(settings => settings.PodRanges).Distinct().Select(range => ("podSubnet", range)),
            .. possible.SelectMany(settings => settings.ServiceRanges).Distinct().Select(range => ("serviceSubnet", range)),
        ];
        string finding = string.Join(", ", ranges.Select(range => $"{range.Key} {range.Range}"));
        if (possible.Any(settings => settings.PodRanges.Any(pods => settings.ServiceRanges.Any(pods.Overlaps))))
        {
            problems.Add(
                new(ErrorCodes.ClusterFileConflict, "pods and services have addresses in common")
                {
                    Got = finding,
                    Want = "ranges that share no address",
                    Hint =
                        $"change networking.podSubnet or networking.serviceSubnet; by default they are {defaults.PodSubnet} and {defaults.ServiceSubnet}",
                }
            );
        }

        problems.AddRange(
            possible
                .SelectMany(settings => SubnetSizes.Problems(settings, facts.Config.Nodes.Count))
                .DistinctBy(problem => (problem.What, problem.Got))
        );
        if (possible.FirstOrDefault(settings => settings.ServiceRanges[0].IsIPv6 != wanted.ServiceRanges[0].IsIPv6) is { } other)
            problems.Add(OtherFamily(other.ServiceSubnet, wanted.ServiceRanges[0]));
        if (wanted.Family != IPFamily.IPv4 && facts.Host?.HasIPv6 == false)
            problems.Add(NoIPv6(wanted.Family));
        problems.AddRange(
            ranges.SelectMany(range =>
                Others(facts).Where(other => other.Range.Overlaps(range.Range)).Select(other => Hidden(range.Key, range.Range, other))
            )
        );
        if (facts.Engine is null)
            return problems.Count > 0 ? new(finding, problems) : CheckResult.NotLookedAt($"{finding}: {MachineFacts.NoEngine}");
        if (ClusterSubnets.FirstFree(facts.Config, EffectiveSettings.RangesFor(facts.Config), facts.Engine.Networks) is not { } free)
            return new(finding, [.. problems, ClusterSubnets.NoneFree(facts.Engine.Endpoint)]);
        return new($"{finding}, nodes {string.Join(" and ", free)}", problems);
    }

    // Null where the patches fit no version of kubeadm's documents.
    private static EffectiveSettings[]? Possible(ClusterConfig config, List<Diagnostic> problems)
    {
        try
        {
            return [.. EffectiveSettings.PossibleFor(config).Where(settings => HasRanges(settings, problems))];
        }
        catch (NodeForgeException unfit)
        {
            problems.AddRange(unfit.Diagnostics);
            return null;
        }
    }

    // A patch may leave anything there; each version of kubeadm's documents has the same to say of it.
    private static bool HasRanges(EffectiveSettings settings, List<Diagnostic> problems)
    {
        try
        {
            _ = (settings.PodRanges, settings.ServiceRanges);
            return true;
        }
        catch (NodeForgeException none)
        {
            problems.AddRange(
                none.Diagnostics.Where(problem => !problems.Any(known => (known.What, known.Got) == (problem.What, problem.Got)))
            );
            return false;
        }
    }

    // The bridge of a network of the engine's has a route as well: it is told once, by its name.
    private static IEnumerable<(AddressRange Range, string Name)> Others(MachineFacts facts)
    {
        (AddressRange Range, string Name)[] networks =
        [
            .. (facts.Engine?.Networks ?? []).SelectMany(network =>
                ClusterSubnets.RangesOf(network).Select(range => (range, $"{range}, the engine's network {network.Name}"))
            ),
        ];
        IEnumerable<(AddressRange Range, string Name)> routes = (facts.Host?.Routes ?? [])
            .Where(route => !networks.Any(network => network.Range == route.Range))
            .Select(route => (route.Range, $"{route.Range}, where this machine's {route.Device} leads"));
        return networks.Concat(routes);
    }

    private static Diagnostic NoIPv6(IPFamily family) =>
        new(ErrorCodes.IPv6Missing, "the cluster is to have IPv6, and this machine's kernel has none")
        {
            Where = new("/proc/net/ipv6_route"),
            Got = $"no such file, and networking.ipFamily: {(family == IPFamily.IPv6 ? "ipv6" : "dual")}",
            Want = "a kernel that was started with IPv6",
            Hint = "take ipv6.disable=1 off the kernel's command line, or leave networking.ipFamily out",
        };

    // The API server would refuse it: its own address is of the family that the nodes have, or have first.
    private static Diagnostic OtherFamily(string services, AddressRange written) =>
        new(ErrorCodes.ClusterFileConflict, "a patch gives services addresses of another family than the nodes'")
        {
            Got = services,
            Want = $"a range of {(written.IsIPv6 ? "IPv6" : "IPv4")} first",
            Hint = "write the ranges into networking.serviceSubnet of the cluster file, with ipFamily",
        };

    private static Diagnostic Hidden(string key, AddressRange range, (AddressRange Range, string Name) other) =>
        new(ErrorCodes.SubnetHidesOther, "pods will not reach what has addresses in the cluster's own range")
        {
            Severity = Severity.Warning,
            Where = new("networking." + key),
            Got = $"{range} meets {other.Name}",
            Want = "a range that nobody needs to reach",
            Hint = $"give networking.{key} another range",
        };
}
