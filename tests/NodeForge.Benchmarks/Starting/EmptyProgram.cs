using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Starting;

/// <summary>A native program that does nothing: what the runtime itself takes.</summary>
internal static class EmptyProgram
{
    public static string Make(BenchmarkOptions options)
    {
        string folder = Path.Combine(options.Work, "empty"),
            program = Path.Combine(folder, "out", "empty");
        if (File.Exists(program))
            return program;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), "return 0;\n");
        // A project of its own: nothing of the repository around it.
        foreach (string name in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"])
            File.WriteAllText(Path.Combine(folder, name), "<Project />\n");
        string project = Path.Combine(folder, "empty.csproj");
        File.WriteAllText(
            project,
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <PublishAot>true</PublishAot>
                <InvariantGlobalization>true</InvariantGlobalization>
                <UseArtifactsOutput>false</UseArtifactsOutput>
              </PropertyGroup>
            </Project>
            """
        );
        MeasuredProgram.Run([
            "dotnet",
            "publish",
            project,
            "--use-current-runtime",
            "--output",
            Path.GetDirectoryName(program)!,
            "--nologo",
        ]);
        return program;
    }
}
