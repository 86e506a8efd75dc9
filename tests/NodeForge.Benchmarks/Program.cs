using NodeForge.Benchmarks;
using NodeForge.Benchmarks.Building;
using NodeForge.Benchmarks.Clusters;
using NodeForge.Benchmarks.Measuring;
using NodeForge.Benchmarks.Preloading;
using NodeForge.Benchmarks.Starting;

try
{
    string root = SourceTree.Root;
    if (args is not [string comparison, .. string[] rest])
        throw new BenchmarkException(BenchmarkOptions.Usage);
    BenchmarkOptions options = BenchmarkOptions.Parse(rest, root);
    string command = options.Command ?? Built(root);
    string table = comparison switch
    {
        "build" => new BuildComparison(options, command).Run(Console.Error.WriteLine),
        "cluster" => new ClusterComparison(options, command).Run(Console.Error.WriteLine),
        "load" => new LoadComparison(options, command).Run(Console.Error.WriteLine),
        "preload" => new PreloadComparison(options).Run(Console.Error.WriteLine),
        "start" => new StartComparison(options, command, root).Run(Console.Error.WriteLine),
        "boot" => new BootComparison(options, command).Run(Console.Error.WriteLine),
        _ => throw new BenchmarkException($"'{comparison}' is not a comparison\n{BenchmarkOptions.Usage}"),
    };
    Console.WriteLine(table);
    if (options.UpdateReadme)
        ReadmeTable.Update(Path.Combine(root, "README.md"), comparison, table);
    return 0;
}
catch (BenchmarkException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}

// Builds the command when a source file is newer; the runs that are measured start what build/nodeforge starts.
static string Built(string root)
{
    MeasuredProgram.Run([Path.Combine(root, "build", "nodeforge"), "--version"]);
    string plain = Path.Combine(root, "artifacts", "bin", "NodeForge.Cli", "release", "NodeForge.Cli.dll"),
        ahead = Path.Combine(root, "artifacts", "ahead", "NodeForge.Cli.dll");
    return File.Exists(ahead) && File.GetLastWriteTimeUtc(ahead) > File.GetLastWriteTimeUtc(plain) ? ahead : plain;
}
