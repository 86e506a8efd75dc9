using NodeForge.Clusters.Nodes;

namespace NodeForge.Clusters.Images;

/// <summary>A node's containerd that is reading an image archive while it is written.</summary>
internal sealed class NodeImport
{
    private const string Script = """
        snapshotter=$1
        shift
        ctr --namespace k8s.io images import --snapshotter "$snapshotter" - || exit 1
        for name; do ctr --namespace k8s.io images check "name==$name" | tail -n +2; done
        """;

    private readonly TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IReadOnlyList<string> names;
    private readonly Task<ProgramOutcome> running;
    private Stream? input;

    private NodeImport(NodeStore store, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        Store = store;
        this.names = names;
        running = store.Node.FeedAsync(["sh", "-c", Script, "import", store.Snapshotter, .. names], TakeAsync, cancellationToken);
    }

    public NodeStore Store { get; }

    public string Name => Store.Node.Name;

    public int Blobs { get; set; }

    public long Bytes { get; set; }

    public static async Task<NodeImport> BeginAsync(NodeStore store, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        NodeImport import = new(store, names, cancellationToken);
        await Task.WhenAny(import.opened.Task, import.running).ConfigureAwait(false);
        if (import.opened.Task.IsCompletedSuccessfully)
            import.input = await import.opened.Task.ConfigureAwait(false);
        else
            await import.running.ConfigureAwait(false);
        return import;
    }

    /// <summary>Gives the next bytes. A containerd that reads no more says why in the end; the others go on.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (input is not { } open)
            return;
        try
        {
            open.Write(bytes);
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            input = null;
        }
    }

    /// <summary>Ends the archive, and waits for containerd's word.</summary>
    /// <returns>Null when the node has the image whole.</returns>
    public async Task<Diagnostic?> EndAsync()
    {
        written.TrySetResult();
        ProgramOutcome outcome = await running.ConfigureAwait(false);
        string[] said = $"{outcome.Output}\n{outcome.Errors}".Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        if (outcome.ExitCode != 0)
            return Refused(
                "the node's containerd did not take the image",
                $"exit code {outcome.ExitCode}: {string.Join(" / ", said.TakeLast(6))}"
            );
        // "docker.io/library/a:1 application/vnd… sha256:… complete (3/3) 1.9 MiB/1.9 MiB true"
        string[] incomplete =
        [
            .. names.Where(name =>
                !said.Any(line =>
                    line.StartsWith(name + " ", StringComparison.Ordinal) && line.Contains(" complete (", StringComparison.Ordinal)
                )
            ),
        ];
        return incomplete.Length == 0 ? null : Refused("the node has the image only in part", string.Join(" / ", said.TakeLast(6)));
    }

    /// <summary>Ends the import before its index: containerd names nothing then.</summary>
    public async Task AbandonAsync()
    {
        written.TrySetResult();
        try
        {
            await running.ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NodeForgeException or OperationCanceledException or IOException)
        {
            // What made us leave is told instead.
        }
    }

    private Task TakeAsync(Stream stream, CancellationToken cancellationToken)
    {
        opened.TrySetResult(stream);
        return written.Task.WaitAsync(cancellationToken);
    }

    private Diagnostic Refused(string what, string got) =>
        new(ErrorCodes.NodeRefusedImage, what)
        {
            Where = new(Name, Detail: string.Join(", ", names)),
            Got = got,
            Hint = got.Contains("no space", StringComparison.OrdinalIgnoreCase)
                ? "free space under the engine's data root"
                : "load the image again",
        };
}
