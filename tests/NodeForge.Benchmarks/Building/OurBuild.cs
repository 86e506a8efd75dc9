using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Building;

/// <summary><c>nodeforge build node-image</c> from what was fetched, in caches of its own.</summary>
internal sealed class OurBuild
{
    private readonly string command;
    private readonly BenchmarkOptions options;
    private readonly string folder;

    private OurBuild(string command, BenchmarkOptions options, string folder)
    {
        this.command = command;
        this.options = options;
        this.folder = folder;
    }

    private string Fetched => Path.Combine(folder, "fetched");

    /// <summary>Locks and fetches the tarball, and puts the base where a build of it would have put it: at hand, as the peer has it in the
    /// engine.</summary>
    public static OurBuild Prepare(string command, BenchmarkOptions options)
    {
        OurBuild build = new(command, options, Path.Combine(options.Work, "ours"));
        if (Directory.Exists(build.folder))
            Directory.Delete(build.folder, recursive: true);
        Directory.CreateDirectory(build.folder);
        string tarball = BenchmarkOptions.Needed(options.Tarball, "--tarball"),
            layout = BenchmarkOptions.Needed(options.Base, "--base");
        using ReleaseServer server = new(tarball);
        foreach (string preload in (string[])["archives", "content-store"])
        {
            build.WriteRecipe(preload, server.Address + Path.GetFileName(tarball), "images: [{kubeadm: false}]");
            MeasuredProgram.Run([.. BenchmarkOptions.Call(command), "lock", build.Recipe(preload), "--cache", build.Fetched]);
            MeasuredProgram.Run([.. BenchmarkOptions.Call(command), "fetch", build.Recipe(preload), "--cache", build.Fetched]);
        }

        MeasuredProgram.Run([
            "cp",
            "--recursive",
            "--no-clobber",
            "--link",
            Path.Combine(layout, "blobs", "sha256"),
            Path.Combine(build.Fetched, "blobs"),
        ]);
        return build;
    }

    /// <summary>The same caches, built in by another program of ours.</summary>
    public OurBuild With(string other) => new(other, options, folder);

    /// <summary>A build whose cache has what was fetched and nothing else.</summary>
    public Measurement Cold(string preload, string output)
    {
        Forget("cold");
        string cache = Path.Combine(folder, "cold");
        Directory.CreateDirectory(cache);
        MeasuredProgram.Run(["cp", "--recursive", "--link", Path.Combine(Fetched, "blobs"), cache]);
        return Run(preload, output, cache);
    }

    /// <summary>The build of <see cref="Cold"/> again.</summary>
    public Measurement Again(string preload, string output) => Run(preload, output, Path.Combine(folder, "cold"));

    /// <summary>A build of a recipe that preloads one image more.</summary>
    /// <param name="archive">A docker-archive.</param>
    /// <param name="output">A transport.</param>
    public Measurement WithImage(string archive, string output)
    {
        WriteRecipe("extra", null, $"images:\n  - {{image: \"docker-archive:{archive}\"}}\n  - {{kubeadm: false}}\n");
        string cache = Path.Combine(folder, "cold");
        MeasuredProgram.Run([.. BenchmarkOptions.Call(command), "lock", Recipe("extra"), "--cache", cache]);
        return Run("extra", output, cache);
    }

    public string Layout(string name) => Path.Combine(folder, name);

    public void Forget(string name)
    {
        if (Directory.Exists(Layout(name)))
            Directory.Delete(Layout(name), recursive: true);
    }

    private Measurement Run(string recipe, string output, string cache) =>
        MeasuredProgram.Run([
            .. BenchmarkOptions.Call(command),
            "build",
            "node-image",
            Recipe(recipe),
            "--allow-open-closure",
            "--cache",
            cache,
            "--offline",
            "--output",
            output,
        ]);

    private string Recipe(string name) => Path.Combine(folder, $"{name}.yaml");

    private void WriteRecipe(string name, string? release, string images) =>
        File.WriteAllText(
            Recipe(name),
            $"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: NodeImage
            name: benchmark
            platforms: [linux/amd64]
            base:
              image: "oci:{options.Base}"
            kubernetes:
              version: "{options.Version}"
              {(release is null ? $"tarball: \"{options.Tarball}\"" : $"release: \"{release}\"")}
            preload: {(name == "content-store" ? name : "archives")}
            {images}
            """
        );
}
