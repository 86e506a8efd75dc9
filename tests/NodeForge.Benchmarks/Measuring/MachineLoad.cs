namespace NodeForge.Benchmarks.Measuring;

/// <summary>How busy the machine is.</summary>
internal static class MachineLoad
{
    /// <summary>The load average of the last minute.</summary>
    public static string Now => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}
