using System.Formats.Tar;
using System.Text.Json.Nodes;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Upgrading;

/// <summary>Brings what a node keeps outside of its volumes from its old container into its new one.</summary>
internal sealed class KeptFiles(EngineClient engine, ClusterNode old, string replacement)
{
    // What a mount brings comes with the mount again; kubeadm's copies of etcd from before are the old container's.
    private const string Configuration = """
        set -e
        cd /
        set -- etc/kubernetes
        if [ -e etc/nodeforge ]; then set -- "$@" etc/nodeforge; fi
        exec tar --create --one-file-system --numeric-owner --exclude=etc/kubernetes/tmp "$@"
        """;

    /// <summary>The node's identity, static pods and what it was told by NodeForge. The old container runs.</summary>
    public Task CopyConfigurationAsync(CancellationToken cancellationToken) =>
        engine.Containers.PutArchiveAsync(
            replacement,
            "/",
            (stream, token) => old.CopyOutputAsync(["sh", "-c", Configuration], stream, token),
            cancellationToken
        );

    /// <summary>The folders of volumes that lie in the container. The old container is stopped, so that nobody writes.</summary>
    public async Task CopyDataAsync(IEnumerable<string> folders, CancellationToken cancellationToken)
    {
        foreach (string folder in folders)
        {
            if (!await HasAsync(old.Id, folder, cancellationToken).ConfigureAwait(false))
                continue;
            string parent = folder[..Math.Max(1, folder.LastIndexOf('/'))];
            if (!await HasAsync(replacement, parent, cancellationToken).ConfigureAwait(false))
                await MakeAsync(parent, cancellationToken).ConfigureAwait(false);
            await engine.Containers.CopyAsync(old.Id, folder, replacement, parent, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The folders of a node's persistent volumes that no mount of its container holds.</summary>
    /// <param name="volumes">A PersistentVolumeList.</param>
    /// <param name="node">The node.</param>
    /// <param name="mounts">Where its container has mounts.</param>
    public static IReadOnlyList<string> DataFolders(JsonNode? volumes, string node, IReadOnlyCollection<string> mounts) =>
        [
            .. (volumes?["items"]?.AsArray() ?? [])
                .OfType<JsonObject>()
                .Where(volume => IsOn(volume["spec"], node))
                .Select(volume =>
                    ((string?)(volume["spec"]?["local"] ?? volume["spec"]?["hostPath"])?["path"] ?? string.Empty).TrimEnd('/')
                )
                .Where(path =>
                    path.Length > 1
                    && path[0] == '/'
                    && !mounts.Any(mount => (path + '/').StartsWith(mount.TrimEnd('/') + '/', StringComparison.Ordinal))
                )
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Asks the cluster for them.</summary>
    public static async Task<IReadOnlyList<string>> DataFoldersAsync(
        KubernetesApi api,
        string node,
        ContainerDetails container,
        CancellationToken cancellationToken
    )
    {
        const string List = "/api/v1/persistentvolumes";
        ApiAnswer answer = (await api.CallAsync(HttpMethod.Get, List, null, cancellationToken).ConfigureAwait(false)).Accept(List);
        return ApiAnswer.Take(List, () => DataFolders(answer.Json, node, [.. (container.Mounts ?? []).Select(mount => mount.Destination)]));
    }

    // A volume that says nothing of nodes may have a folder on each.
    private static bool IsOn(JsonNode? spec, string node)
    {
        if (spec?["nodeAffinity"]?["required"]?["nodeSelectorTerms"] is not JsonArray terms)
            return true;
        return terms
            .SelectMany(term => term?["matchExpressions"] as JsonArray ?? [])
            .Where(expression => (string?)expression?["key"] == "kubernetes.io/hostname")
            .SelectMany(expression => expression?["values"] as JsonArray ?? [])
            .Any(value => (string?)value == node);
    }

    private async Task<bool> HasAsync(string container, string path, CancellationToken cancellationToken)
    {
        try
        {
            Stream archive = await engine.Containers.GetArchiveAsync(container, path, cancellationToken).ConfigureAwait(false);
            await archive.DisposeAsync().ConfigureAwait(false);
            return true;
        }
        catch (NodeForgeException missing) when (missing.Diagnostics[0].Code == ErrorCodes.EngineObjectMissing)
        {
            return false;
        }
    }

    private Task MakeAsync(string folder, CancellationToken cancellationToken) =>
        engine.Containers.PutArchiveAsync(
            replacement,
            "/",
            async (stream, token) =>
            {
                TarWriter tar = new(stream, TarEntryFormat.Pax, leaveOpen: true);
                await using (tar.ConfigureAwait(false))
                    await tar.WriteEntryAsync(
                            new PaxTarEntry(TarEntryType.Directory, folder.TrimStart('/')) { Mode = (UnixFileMode)0b111_101_101 },
                            token
                        )
                        .ConfigureAwait(false);
            },
            cancellationToken
        );
}
