using System.Globalization;
using System.Text.RegularExpressions;
using NodeForge.Engines.Connecting;

namespace NodeForge.Engines.Calling;

/// <summary>Reads an answer other than success. The engine's words decide where the status alone does not.</summary>
internal static partial class RefusalWords
{
    private static readonly EngineRefusal PortTaken = new(
        EngineRefusalKind.PortTaken,
        ErrorCodes.EnginePortTaken,
        "a port to publish is in use on this machine"
    )
    {
        Hint = "stop what holds the port, or choose another",
    };

    private static readonly EngineRefusal SubnetTaken = new(
        EngineRefusalKind.SubnetTaken,
        ErrorCodes.EngineSubnetTaken,
        "the network's address range is taken"
    )
    {
        Hint = "choose another range, or remove the network that holds it",
    };

    private static readonly EngineRefusal OutOfSpace = new(
        EngineRefusalKind.OutOfSpace,
        ErrorCodes.DiskFull,
        "the engine has no space left where it keeps its data"
    )
    {
        Hint = EngineFailure.MoreSpace,
    };

    private static readonly EngineRefusal NameTaken = new(EngineRefusalKind.NameTaken, ErrorCodes.EngineNameTaken, "the name is taken")
    {
        Hint = "delete what holds the name, or choose another",
    };

    private static readonly EngineRefusal Missing = new(
        EngineRefusalKind.Missing,
        ErrorCodes.EngineObjectMissing,
        "the engine does not have what was named"
    )
    {
        Hint = "check the name and that this is the engine that you mean",
    };

    private static readonly EngineRefusal Other = new(EngineRefusalKind.Other, ErrorCodes.EngineRefused, "the engine refused a call")
    {
        Hint = "the engine's journal may say more",
    };

    // What servers that are written in Go say, Docker and Podman among them.
    private static readonly EngineRefusal WantsTls = Other with
    {
        Hint = "TLS is spoken there: set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem",
    };

    /// <summary>What an answer other than success means.</summary>
    public static NodeForgeException OfAnswer(EngineEndpoint endpoint, string call, int status, string message) =>
        new(Read(status, message) with { Where = new(endpoint.ToString(), Detail: call), Got = $"{status}: {message.Trim()}" });

    private static EngineRefusal Read(int status, string message)
    {
        // Docker has one status for every failed start, so its words are all there is; Podman's differ from Docker's.
        if (Says(message, "port is already allocated") || Says(message, "address already in use"))
            return PortTaken with { Port = PortIn(message) };
        if (
            Says(message, "Pool overlaps")
            || Says(message, "already used on the host")
            || Says(message, "subnet") && Says(message, "is already used")
        )
            return SubnetTaken;
        if (IsOutOfSpace(message))
            return OutOfSpace;
        // Podman's, with the status of anything else that fails.
        bool taken = Says(message, "name is already in use") || Says(message, "network already exists");
        return status switch
        {
            404 => Missing,
            400 when Says(message, "HTTP request to an HTTPS server") => WantsTls,
            500 when taken => NameTaken,
            409 when Says(message, "already in use") || Says(message, "already exists") => NameTaken,
            _ => Other with { Kind = KindOf(message) },
        };
    }

    /// <summary>Whether the engine's words tell of a full disk, or of a quota that is used up.</summary>
    public static bool IsOutOfSpace(string message) => Says(message, "no space left on device") || Says(message, "disk quota exceeded");

    private static EngineRefusalKind KindOf(string message)
    {
        if (Says(message, "is restarting"))
            return EngineRefusalKind.Restarting;
        if (Says(message, "is ambiguous"))
            return EngineRefusalKind.Ambiguous;
        if (Says(message, "already in progress"))
            return EngineRefusalKind.BeingRemoved;
        return Says(message, "OCI runtime") || Says(message, "executable file") ? EngineRefusalKind.NoProgram : EngineRefusalKind.Other;
    }

    private static int? PortIn(string message) =>
        InMessage().Match(message) is { Success: true } match
            ? int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture)
            : null;

    private static bool Says(string message, string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);

    // "Bind for 0.0.0.0:80 failed: port is already allocated", "listen tcp4 0.0.0.0:80: bind: address already in use".
    [GeneratedRegex(":(?<port>[0-9]{1,5})(?: failed|: bind)")]
    private static partial Regex InMessage();
}
