using System.Reflection;
using System.Runtime.Loader;
using NodeForge.TestSupport.Golden;

namespace NodeForge.MSBuild.Tests;

public sealed class ShownApi
{
    // The tasks stand on MSBuild's own assemblies, which MSBuild has: those of this SDK.
    private static readonly string Sdk = Directory
        .GetDirectories(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../sdk"))
        .Where(sdk => File.Exists(Path.Combine(sdk, "Microsoft.Build.Framework.dll")))
        .OrderBy(sdk => Version.TryParse(Path.GetFileName(sdk), out Version? version) ? version : new())
        .Last();

    [Fact]
    public void The_tasks_show_what_their_file_says()
    {
        AssemblyLoadContext.Default.Resolving += Resolve;
        try
        {
            string tasks = Path.Combine(
                AppContext.BaseDirectory.Replace("NodeForge.MSBuild.Tests", "NodeForge.MSBuild", StringComparison.Ordinal),
                "NodeForge.MSBuild.dll"
            );
            string api = PublicApi.Of(AssemblyLoadContext.Default.LoadFromAssemblyPath(tasks));
            Assert.Equal(GoldenFile.Expect("src/NodeForge.MSBuild/PublicApi.txt", api), api);
        }
        finally
        {
            AssemblyLoadContext.Default.Resolving -= Resolve;
        }
    }

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        Path.Combine(Sdk, name.Name + ".dll") is { } file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
}
