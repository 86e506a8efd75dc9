using NodeForge.Engines;

namespace NodeForge.Clusters.Preflight;

/// <summary>Whether an engine answers, is new enough and runs Linux containers. That it is new enough was agreed when it was connected
/// to.</summary>
internal sealed class EngineCheck : IMachineCheck
{
    public string Name => "engine";

    public CheckResult Judge(MachineFacts facts)
    {
        if (facts.Engine is not { } engine)
            return new(facts.Unreachable.Count > 0 ? facts.Unreachable[0].What : MachineFacts.NoEngine, facts.Unreachable);
        EngineInformation said = engine.Information;
        string finding = $"{said.ServerVersion}, API {engine.ApiVersion}, at {engine.Endpoint}";
        return said.OSType is "linux" or ""
            ? new(finding)
            : new(
                finding,
                new Diagnostic(ErrorCodes.EngineNotLinux, "the engine runs no Linux containers")
                {
                    Where = new(engine.Endpoint),
                    Got = said.OSType,
                    Want = "linux",
                    Hint = "switch the engine to Linux containers, or set DOCKER_HOST to one that runs them",
                }
            );
    }
}
