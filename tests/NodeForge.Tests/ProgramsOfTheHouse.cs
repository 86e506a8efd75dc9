using System.Text.RegularExpressions;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Tests;

/// <summary>Every program that the scripts, the libraries and the tests start stands in <c>build/packages</c>, which
/// <c>build/check-packages</c> holds against Debian's.</summary>
public sealed partial class ProgramsOfTheHouse
{
    private static readonly PackageTable Table = PackageTable.Read();

    /// <summary>Methods that start the program that they are given: where their callers are, and how a call begins.</summary>
    private static readonly Dictionary<string, string> Starters = new()
    {
        ["src/NodeForge.Images/Processes/ProgramRunner.cs"] = @"new ProgramCall|\broot\.RunAsync",
        ["src/NodeForge.Engines/Connecting/SshConnection.cs"] = "new ProcessStartInfo",
        ["src/NodeForge.Oci/Registry/DockerCredentials.cs"] = "new ProcessStartInfo",
        ["tests/NodeForge.EndToEnd.Tests/NodeImages/ProgramRun.cs"] = @"ProgramRun\.(?:OutputAsync|TryAsync|Start)|Service\.StartAsync",
        ["tests/NodeForge.EndToEnd.Tests/Containerd/HostCommand.cs"] = @"HostCommand\.(?:RunAsync|TryAsync)",
        ["tests/NodeForge.Oci.Tests/Layers/CompressionTests.cs"] = @"(?<![.\w])Program",
        ["tests/NodeForge.Oci.Tests/Layers/GnuTarTests.cs"] = @"(?<![.\w])(?:RunBytes|Run)",
        ["tests/NodeForge.Cli.Tests/BundlesAndRegistries.cs"] = @"OwnProcess\.StartProgram",
        ["tests/NodeForge.Cli.Tests/CarryingBundles.cs"] = @"OwnProcess\.StartProgram",
        ["tests/NodeForge.Cli.Tests/SittingInANode.cs"] = @"OwnProcess\.StartProgram",
        ["tests/NodeForge.Kubernetes.Tests/KubeconfigsThatCannotBeWritten.cs"] = @"(?<![.\w])Output",
    };

    [Fact]
    public void Every_program_that_is_started_is_in_the_table()
    {
        None(
            Started()
                .Where(use => !Table.Programs.ContainsKey(use.Program))
                .Select(use => $"{use.File} starts {use.Program}: name its package in build/packages")
        );
    }

    [Fact]
    public void It_is_there_wherever_it_is_started()
    {
        None(
            Started()
                .Where(use =>
                    Table.Programs.TryGetValue(use.Program, out TabledProgram? program) && !program.Runs.Intersect(RunsOf(use.File)).Any()
                )
                .Select(use =>
                    $"{use.File} starts {use.Program}, which build/packages has for {string.Join(',', Table.Programs[use.Program].Runs)}"
                )
        );
    }

    [Fact]
    public void What_nothing_starts_any_more_is_not_in_the_table()
    {
        HashSet<string> started = [.. Started().Select(use => use.Program)];
        None(
            Table
                .Programs.Values.Where(program => program.User.Length == 0 && !started.Contains(program.Name))
                .Select(program => program.Name)
        );
    }

    [Fact]
    public void Every_method_that_starts_what_it_is_given_is_known_here()
    {
        None(
            Sources()
                .Where(source => StartsWhatItIsGiven().IsMatch(source.Text) && !Starters.ContainsKey(source.File))
                .Select(source => source.File)
        );
    }

    [Fact]
    public void A_script_s_programs_are_found_where_commands_stand()
    {
        const string script = """
            #!/bin/sh
            # comment of skopeo
            helper() { local name='podman run'; PATH=/x umoci "$(basename "$1" | tr a b)" >out 2>&1; }
            if ! curl --fail https://a.test && ((bits != (1 << (last + 1)) - 1)); then timeout 10 docker ps || exec nohup dockerd; fi
            case $1 in
              up | down) helper ip ;;
              *) [[ -n $(find . \( -name x -o -name y \)) ]] && words=(tar xz) ;;
            esac
            awk '{ print $1; gzip }' <<TEXT
            mount it
            TEXT

            """;
        Assert.Equal(
            ["awk", "basename", "curl", "docker", "dockerd", "find", "helper", "nohup", "timeout", "tr", "umoci"],
            ShellScript.Programs(script).Order(StringComparer.Ordinal)
        );
        Assert.Equal(["helper"], ShellScript.Functions(script));
    }

    // All of them: xunit would show the first few.
    private static void None(IEnumerable<string> faults)
    {
        string[] all = [.. faults];
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    private static IEnumerable<(string File, string Program)> Started() =>
        Sources()
            .SelectMany(source => InSource(source.File, source.Text))
            .Concat(
                Scripts()
                    .SelectMany(script => ShellScript.Programs(script.Text).Except(Functions).Select(program => (script.File, program)))
            )
            .Distinct();

    private static IEnumerable<(string File, string Program)> InSource(string file, string text)
    {
        IEnumerable<string> starters = Starters
            .Where(starter => IsFor(starter.Key, file))
            .Select(starter => starter.Value)
            .Append("Process.Start")
            .Append(@"new ProcessStartInfo|ProcessStartInfo \w+ = new");
        string calls = $@"(?:{string.Join('|', starters)})\(\s*\[?\s*""(?<program>[^""]+)""";
        IEnumerable<string> programs = Regex
            .Matches(text, calls)
            .Select(match => match.Groups["program"].Value)
            .Where(program => program != "nodeforge-no-such-program");
        // What the libraries write as a script runs in a node.
        string onThisMachine = file.StartsWith("tests/", StringComparison.Ordinal) ? text : "";
        IEnumerable<string> scripted = EmbeddedScript()
            .Matches(onThisMachine)
            .Select(match => Hole().Replace(match.Groups["script"].Value, "$_"))
            .SelectMany(script => ShellScript.Programs(script).Except(ShellScript.Functions(script)).Except(Functions));
        return programs.Concat(scripted).Select(program => (file, program));
    }

    // A private method counts in its own file; those of the two test projects and of the library everywhere in them.
    private static bool IsFor(string starter, string file) =>
        starter.Contains("EndToEnd", StringComparison.Ordinal)
            ? file.Contains("EndToEnd", StringComparison.Ordinal)
            : starter == file || starter.EndsWith("ProgramRunner.cs", StringComparison.Ordinal);

    private static string[] RunsOf(string file) =>
        file switch
        {
            _ when file.StartsWith("build/engine", StringComparison.Ordinal) => ["engine"],
            "build/quickstart" or "build/nodeforge" => ["quickstart"],
            _ when file.StartsWith("build/", StringComparison.Ordinal) => ["units", "test"],
            _ when file.StartsWith("tests/NodeForge.EndToEnd", StringComparison.Ordinal) => ["test", "units", "engine"],
            _ when file.StartsWith("tests/", StringComparison.Ordinal) => ["units"],
            _ => ["test", "units", "quickstart", "engine"],
        };

    private static string[] Functions { get; } = [.. Scripts().SelectMany(script => ShellScript.Functions(script.Text))];

    private static IEnumerable<(string File, string Text)> Scripts() =>
        Read("build", "*")
            .Concat(Read(".ci", "*"))
            .Where(file => file.Text.StartsWith("#!", StringComparison.Ordinal) || file.File.EndsWith(".sh", StringComparison.Ordinal));

    // The benchmarks are run by hand and name what they need themselves.
    private static IEnumerable<(string File, string Text)> Sources() =>
        Read("src", "*.cs")
            .Concat(Read("tests", "*.cs"))
            .Where(file =>
                !file.File.Contains("/obj/", StringComparison.Ordinal)
                && !file.File.Contains("Benchmarks", StringComparison.Ordinal)
                && !file.File.EndsWith(nameof(ProgramsOfTheHouse) + ".cs", StringComparison.Ordinal)
            );

    private static IEnumerable<(string File, string Text)> Read(string folder, string pattern) =>
        Directory
            .EnumerateFiles(Path.Combine(GoldenFile.Repository, folder), pattern, SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => (Path.GetRelativePath(GoldenFile.Repository, file), File.ReadAllText(file)));

    [GeneratedRegex(@"new ProcessStartInfo\(\s*[a-z]|Process\.Start\((?!\s*(?:""|start\)|new ProcessStartInfo\())")]
    private static partial Regex StartsWhatItIsGiven();

    [GeneratedRegex(@"""""""\n\s*(?<script>(?:#!/bin/|set -e).*?)""""""", RegexOptions.Singleline)]
    private static partial Regex EmbeddedScript();

    [GeneratedRegex(@"\{[A-Za-z.]+(\([^()]*\))?\}")]
    private static partial Regex Hole();
}
