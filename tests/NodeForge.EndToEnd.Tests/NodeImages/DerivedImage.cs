namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>An image of the engine's with files of the test's put in or in place of others; it goes with the test.</summary>
internal sealed class DerivedImage : IAsyncDisposable
{
    private DerivedImage(string reference) => Reference = reference;

    public string Reference { get; }

    /// <param name="from">A reference that the engine has.</param>
    /// <param name="files">Paths of this machine, files or folders, to paths in the image.</param>
    public static async Task<DerivedImage> CommitAsync(string from, IReadOnlyDictionary<string, string> files)
    {
        string container = (await ProgramRun.OutputAsync("docker", "create", from)).Trim();
        try
        {
            foreach ((string file, string path) in files)
                await ProgramRun.OutputAsync("docker", "cp", file, $"{container}:{path}");
            string reference = "nodeforge-test/derived:" + Path.GetRandomFileName()[..6];
            await ProgramRun.OutputAsync("docker", "commit", container, reference);
            return new(reference);
        }
        finally
        {
            await ProgramRun.OutputAsync("docker", "rm", "--force", container);
        }
    }

    public async ValueTask DisposeAsync() => await ProgramRun.TryAsync(["docker", "image", "rm", "--force", Reference]);
}
