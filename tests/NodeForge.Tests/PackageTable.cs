using NodeForge.TestSupport.Golden;

namespace NodeForge.Tests;

/// <summary><c>build/packages</c>: what the scripts install, and the programs that must be in it.</summary>
internal sealed class PackageTable
{
    private static readonly string[] Runs = ["units", "test", "quickstart", "engine"];

    private PackageTable(IEnumerable<string[]> lines)
    {
        foreach (string[] line in lines)
        {
            switch (line)
            {
                case ["install", _, _, ..] or ["without", _, _, ..]:
                    break;
                case ["program", string name, string package, string runs, ..] when runs.Split(',').All(Runs.Contains):
                    Programs.Add(name, new(name, package, runs.Split(','), string.Join(' ', line[4..])));
                    break;
                default:
                    throw new FormatException("build/packages: " + string.Join(' ', line));
            }
        }
    }

    public Dictionary<string, TabledProgram> Programs { get; } = [];

    public static PackageTable Read() =>
        new(
            File.ReadLines(Path.Combine(GoldenFile.Repository, "build/packages"))
                .Where(line => line.Length > 0 && line[0] != '#')
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        );
}

/// <param name="Name">As it is started, or the path of a file that is read.</param>
/// <param name="Package">"-" for what no package of Debian's brings.</param>
/// <param name="Runs">What cannot be run without it.</param>
/// <param name="User">Who needs it, where no source says so in a way that can be read here; else empty.</param>
internal sealed record TabledProgram(string Name, string Package, string[] Runs, string User);
