namespace NodeForge.Engines.Containers;

/// <summary>A program to run in a running container.</summary>
/// <param name="Command">The program and its arguments; no shell is involved.</param>
public sealed record ExecSpec(IReadOnlyList<string> Command)
{
    /// <summary><c>NAME=value</c> each.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    public string? User { get; init; }

    public string? WorkingDirectory { get; init; }

    public bool Privileged { get; init; }
}

internal sealed record CreateExecBody
{
    public required IReadOnlyList<string> Cmd { get; init; }

    public IReadOnlyList<string>? Env { get; init; }

    public string? User { get; init; }

    public string? WorkingDir { get; init; }

    public bool Privileged { get; init; }

    public bool AttachStdin { get; init; }

    public bool AttachStdout { get; init; } = true;

    public bool AttachStderr { get; init; } = true;

    public bool Tty { get; init; }
}

internal sealed record StartExecBody
{
    public bool Detach { get; init; }

    public bool Tty { get; init; }
}

internal sealed record ExecState
{
    public bool Running { get; init; }

    public int? ExitCode { get; init; }
}
