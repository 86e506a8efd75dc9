using System.Globalization;
using NodeForge.Oci;

namespace NodeForge.Clusters.Images;

/// <summary>Sends one image to the nodes that lack it, all at once.</summary>
internal sealed class ImageSending(IForgeReporter reporter)
{
    /// <param name="names">What the image is called.</param>
    /// <param name="imageId">The digest of its config.</param>
    /// <param name="stores">Of the nodes, as they were last seen.</param>
    /// <param name="send">Writes the image into the nodes' imports; false when it did not go as tried, and is to be tried again.</param>
    /// <param name="layers">The image's, as the nodes name them.</param>
    /// <param name="cancellationToken">Ends it; a node then has the image whole or not at all.</param>
    public async Task<IEnumerable<LoadedImage>> LoadAsync(
        IReadOnlyList<string> names,
        Digest imageId,
        IReadOnlyList<NodeStore> stores,
        Func<NodeArchives, Task<bool>> send,
        IReadOnlyCollection<Digest> layers,
        CancellationToken cancellationToken
    )
    {
        using ForgeStep step = reporter.Step($"load {string.Join(", ", names)}");
        NodeStore[] lacking = [.. stores.Where(store => !names.All(name => store.Has(name, imageId)))];
        List<NodeImport> imports =
            lacking.Length == 0 ? [] : await SendAsync(lacking, names, step, send, cancellationToken).ConfigureAwait(false);
        int reused = lacking.Length == 0 ? layers.Count : lacking.Min(store => layers.Count(store.Blobs.Contains));
        step.Finish(lacking.Length == 0 ? "already there" : Told(imports, lacking.Length, reused, layers.Count));
        LoadedNode[] nodes =
        [
            .. stores.Select(store =>
                imports.Find(import => import.Store == store) is { } import
                    ? new LoadedNode(import.Name, false, import.Blobs, import.Bytes)
                    : new LoadedNode(store.Node.Name, true, 0, 0)
            ),
        ];
        return names.Select(name => new LoadedImage(name, imageId.ToString(), nodes));
    }

    private static async Task<List<NodeImport>> SendAsync(
        IReadOnlyList<NodeStore> stores,
        IReadOnlyList<string> names,
        ForgeStep step,
        Func<NodeArchives, Task<bool>> send,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            List<NodeImport> imports = [];
            bool sent = false;
            try
            {
                foreach (NodeStore store in stores)
                    imports.Add(await NodeImport.BeginAsync(store, names, cancellationToken).ConfigureAwait(false));
                sent = await send(new NodeArchives(imports, step)).ConfigureAwait(false);
            }
            finally
            {
                // Nothing of what was sent has a name yet.
                if (!sent)
                    await Task.WhenAll(imports.Select(import => import.AbandonAsync())).ConfigureAwait(false);
            }

            if (!sent)
                continue;
            Diagnostic?[] ends = await Task.WhenAll(imports.Select(import => import.EndAsync())).ConfigureAwait(false);
            Diagnostic[] refused = [.. ends.OfType<Diagnostic>()];
            return refused.Length == 0 ? imports : throw new NodeForgeException(refused);
        }
    }

    private static string Told(List<NodeImport> imports, int nodes, int reused, int layers)
    {
        string sent = (imports.Max(import => import.Bytes) / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture);
        string to = nodes == 1 ? imports[0].Name : $"{nodes} nodes";
        string there = $", {reused} of {Quantity.Of(layers, "layer")} {(reused == 1 ? "was" : "were")} there";
        return $"{sent} MiB to {to}{(reused > 0 ? there : string.Empty)}";
    }
}
