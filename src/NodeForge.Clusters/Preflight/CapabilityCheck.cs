namespace NodeForge.Clusters.Preflight;

/// <summary>Whether privileged containers can have what they ask for: runc starts none when a capability is withheld, unless the engine's
/// runtime does without it.</summary>
internal sealed class CapabilityCheck : IMachineCheck
{
    public string Name => "capabilities";

    public CheckResult Judge(MachineFacts facts)
    {
        if (facts.Host is not { } host)
            return CheckResult.NotLookedAt(facts.Elsewhere);
        if (host.Capabilities is not { } set)
            return CheckResult.NotLookedAt("/proc/self/status cannot be read");
        if (set.Withheld.Count == 0)
            return new("all that the kernel has");
        string withheld = string.Join(' ', set.Withheld);
        // Only who had to would register a runtime of his own and make it the default.
        if (facts.Engine is { Information.DefaultRuntime: { Length: > 0 } runtime } && !IsCommon(runtime))
            return new($"without {withheld}, and the engine's runtime {runtime} is its own");
        // Of this process: a service may be given less than the engine has. So it is no error.
        return new(
            $"without {withheld}",
            new Diagnostic(
                ErrorCodes.CapabilitiesWithheld,
                "this machine withholds capabilities; if the engine lacks them too, it starts no privileged container"
            )
            {
                Severity = Severity.Warning,
                Where = new("/proc/self/status", Detail: "CapBnd"),
                Got = $"without {withheld}",
                Hint = "give the engine a runtime that does without them, as build/engine does; or run it where they are not withheld",
            }
        );
    }

    private static bool IsCommon(string runtime) => runtime is "runc" or "crun" or "io.containerd.runc.v2";
}
