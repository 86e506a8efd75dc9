namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode EngineUnreachable = new(
        "NF5501",
        ExitCode.Environment,
        "No container engine answers at the address tried.",
        "Start the engine, or set DOCKER_HOST to where it listens. Building and exporting an image to a layout or an archive need no engine."
    );

    public static readonly ErrorCode EngineForbidden = new(
        "NF5502",
        ExitCode.Environment,
        "The engine's socket is there, but this user may not open it.",
        "Join the socket's group (and log in again), use sudo, or point DOCKER_HOST at a rootless engine."
    );

    public static readonly ErrorCode EngineTooOld = new(
        "NF5503",
        ExitCode.Environment,
        "The engine speaks a version of the API that is too old.",
        "Use Docker 20.10 or later, or Podman 4 or later."
    );

    public static readonly ErrorCode EngineLost = new(
        "NF5504",
        ExitCode.Environment,
        "The engine closed the connection in the middle of a call.",
        "See why the engine stopped (its journal), start it and run again; what was left half-made is found by its labels."
    );

    public static readonly ErrorCode EngineNameTaken = new(
        "NF5505",
        ExitCode.Environment,
        "The engine already has an object of that name.",
        "Delete the object that the message names, or choose another name."
    );

    public static readonly ErrorCode EnginePortTaken = new(
        "NF5506",
        ExitCode.Environment,
        "A port of this machine that a container should publish is in use.",
        "Stop what holds the port, or choose another one; 0 lets a free one be chosen."
    );

    public static readonly ErrorCode EngineRefused = new(
        "NF5507",
        ExitCode.Environment,
        "The engine answered a call with an error.",
        "The message carries the engine's own words; its journal often says more."
    );

    public static readonly ErrorCode EngineObjectMissing = new(
        "NF5508",
        ExitCode.Environment,
        "The engine does not have the image, container, network or volume that was named.",
        "Check the name, and that DOCKER_HOST or the docker context is the engine that you mean."
    );

    public static readonly ErrorCode EngineAddressInvalid = new(
        "NF5509",
        ExitCode.Usage,
        "The engine's address cannot be understood.",
        "Use unix:///path, tcp://host:port or ssh://user@host in DOCKER_HOST, or an existing docker context."
    );

    public static readonly ErrorCode EngineTlsFailed = new(
        "NF5510",
        ExitCode.Environment,
        "The TLS connection to the engine failed.",
        "Check ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH, and that the address is a name in the engine's certificate."
    );

    public static readonly ErrorCode EngineLoadFailed = new(
        "NF5511",
        ExitCode.Environment,
        "The engine did not take an image.",
        "The message carries the engine's own words; a full disk under its data root is the usual cause."
    );

    public static readonly ErrorCode EngineSubnetTaken = new(
        "NF5512",
        ExitCode.Environment,
        "A network's address range overlaps one that the engine or the machine already has.",
        "Remove the network that holds it, or choose another range."
    );
}
