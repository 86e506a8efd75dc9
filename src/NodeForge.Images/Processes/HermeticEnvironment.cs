using NodeForge.Images.Processes;

namespace NodeForge.Images.Processes;

/// <summary>What a program sees whose output goes into an image: nothing of the machine, no locale, no time zone, no proxy, no name of a
/// user.</summary>
internal static class HermeticEnvironment
{
    /// <summary>The call with the fixed variables and those given, and no other.</summary>
    public static ProgramCall Hermetically(this ProgramCall call, Dictionary<string, string> more)
    {
        Dictionary<string, string?> variables = new()
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = "/root",
            ["LC_ALL"] = "C.UTF-8",
            ["TZ"] = "UTC",
            ["DEBIAN_FRONTEND"] = "noninteractive",
        };
        foreach ((string name, string value) in more)
            variables[name] = value;
        return call with { Hermetic = true, Environment = variables };
    }
}
