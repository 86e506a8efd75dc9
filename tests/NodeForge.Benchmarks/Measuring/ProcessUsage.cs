using System.Globalization;

namespace NodeForge.Benchmarks.Measuring;

/// <summary>What a process has used so far (proc(5)).</summary>
internal sealed record ProcessUsage(long PeakBytes, TimeSpan Processor)
{
    private const int TicksPerSecond = 100; // USER_HZ, which is 100 on every architecture that nodes have

    /// <returns>Null when the process is gone.</returns>
    public static ProcessUsage? Of(int process)
    {
        try
        {
            string? peak = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            string stat = File.ReadAllText($"/proc/{process}/stat");
            if (peak is null)
                return null; // a zombie has no memory any more
            // The program's name, in brackets, may have spaces; the fields after it begin with the third.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            long ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return new(
                long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024,
                TimeSpan.FromSeconds((double)ticks / TicksPerSecond)
            );
        }
        catch (IOException)
        {
            return null;
        }
    }
}
