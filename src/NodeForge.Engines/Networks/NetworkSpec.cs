namespace NodeForge.Engines.Networks;

/// <summary>A bridge network to create.</summary>
/// <param name="Name">Unique on the engine.</param>
public sealed record NetworkSpec(string Name)
{
    /// <summary>Address ranges in CIDR form; without one the engine chooses, and containers cannot have fixed addresses.</summary>
    public IReadOnlyList<string> Subnets { get; init; } = [];

    public bool EnableIPv6 { get; init; }

    /// <summary>Whether the network has no way out of the host.</summary>
    public bool Internal { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The bridge driver's own options.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

internal sealed record CreateNetworkBody
{
    public required string Name { get; init; }

    public string Driver { get; init; } = "bridge";

    // Docker takes any number of networks of one name unless asked to look.
    public bool CheckDuplicate { get; init; } = true;

    public bool EnableIPv6 { get; init; }

    public bool Internal { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Options { get; init; }

    public AddressManagement? IPAM { get; init; }

    public static CreateNetworkBody Of(NetworkSpec spec) =>
        new()
        {
            Name = spec.Name,
            EnableIPv6 = spec.EnableIPv6,
            Internal = spec.Internal,
            Labels = spec.Labels,
            Options = spec.Options,
            IPAM =
                spec.Subnets.Count == 0 ? null : new() { Config = [.. spec.Subnets.Select(subnet => new AddressPool { Subnet = subnet })] },
        };
}

/// <summary>A network as the engine has it.</summary>
public sealed record NetworkDetails
{
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string Name
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public DateTimeOffset Created { get; init; }

    public string Driver
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public bool EnableIPv6 { get; init; }

    public bool Internal { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public AddressManagement? IPAM { get; init; }

    /// <summary>Container ID to its place on the network; present when one network is asked for.</summary>
    public Dictionary<string, NetworkMember>? Containers { get; init; }
}

public sealed record AddressManagement
{
    public IReadOnlyList<AddressPool>? Config { get; init; }
}

/// <summary>A range of a network, as the engine writes it.</summary>
public sealed record AddressPool
{
    public string? Subnet { get; init; }

    public string? Gateway { get; init; }
}

public sealed record NetworkMember
{
    public string Name
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>With the range's prefix length.</summary>
    public string IPv4Address
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;
}
