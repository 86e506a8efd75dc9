using NodeForge.Clusters.Images;
using NodeForge.Oci.Content;

namespace NodeForge.Clusters.Upgrading;

/// <summary>Images that go from one containerd into others, as an archive that nobody holds.</summary>
internal static class CarriedImages
{
    // Their static pods have gone over to the new ones before a container is replaced.
    private static readonly string[] LeftBehind = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"];

    /// <summary>Brings every image of one node that others lack into those.</summary>
    /// <returns>How many images there were.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeRefusedImage"/>,
    /// <see cref="ErrorCodes.NodeProgramFailed"/>.</exception>
    public static async Task<int> CarryAsync(
        NodeStore from,
        IReadOnlyList<NodeStore> to,
        ForgeStep step,
        CancellationToken cancellationToken
    )
    {
        NodeStore[] lacking = [.. to.Where(store => Lacking(from, store).Any())];
        string[] names = [.. lacking.SelectMany(store => Lacking(from, store)).Distinct().Order(StringComparer.Ordinal)];
        if (names.Length == 0)
            return 0;
        List<NodeImport> imports = [];
        bool sent = false;
        try
        {
            foreach (NodeStore store in lacking)
                imports.Add(await NodeImport.BeginAsync(store, names, cancellationToken).ConfigureAwait(false));
            using Spread output = new(imports, step);
            await from.Node.CopyOutputAsync(Export("-", names), output, cancellationToken).ConfigureAwait(false);
            sent = true;
        }
        finally
        {
            if (!sent)
                await Task.WhenAll(imports.Select(import => import.AbandonAsync())).ConfigureAwait(false);
        }

        Diagnostic[] refused =
        [
            .. (await Task.WhenAll(imports.Select(import => import.EndAsync())).ConfigureAwait(false)).OfType<Diagnostic>(),
        ];
        return refused.Length == 0 ? names.Length : throw new NodeForgeException(refused);
    }

    /// <summary>What a node has that the new image has not, and that pods may ask for after its replacement: what its user loaded, what it
    /// pulled, add-ons of the version before.</summary>
    public static IReadOnlyList<string> Kept(NodeStore old, NodeStore image) =>
        [.. Named(old).Where(name => !image.Images.ContainsKey(name) && !LeftBehind.Contains(NameOf(name))).Order(StringComparer.Ordinal)];

    public static string[] Export(string file, IEnumerable<string> names) =>
        ["ctr", "--namespace", "k8s.io", "images", "export", file, .. names];

    private static IEnumerable<string> Lacking(NodeStore from, NodeStore to) =>
        Named(from).Where(name => to.Images.GetValueOrDefault(name) != from.Images[name]);

    // The CRI names each image by its configuration too, and a pulled one by its digest.
    private static IEnumerable<string> Named(NodeStore store) =>
        store.Images.Keys.Where(name =>
            !name.StartsWith("sha256:", StringComparison.Ordinal) && !name.Contains('@', StringComparison.Ordinal)
        );

    // "kube-apiserver" of "registry.k8s.io/kube-apiserver:v1.36.2"
    private static string NameOf(string image)
    {
        string last = image[(image.LastIndexOf('/') + 1)..];
        return last.Split(':')[0];
    }

    private sealed class Spread(IReadOnlyList<NodeImport> nodes, ForgeStep step) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            foreach (NodeImport node in nodes)
                node.Write(buffer);
            step.Advance((long)buffer.Length * nodes.Count);
        }
    }
}
