using System.Text.Json.Nodes;
using NodeForge.Containerd.Metadata;
using NodeForge.Oci;

namespace NodeForge.Verification.Tests;

/// <summary>What can be wrong with the images that a node brings along.</summary>
internal static class StoreMutations
{
    private const string Proxy = "registry.k8s.io/kube-proxy:v1.31.1";
    private const string Pause = "registry.k8s.io/pause:3.10";

    public static IEnumerable<Mutation> All =>
        [
            new(
                "an image dropped from the store and the record",
                ErrorCodes.ClosureImageMissing,
                Proxy,
                node => node.Images.RemoveAll(image => image.References[0] == Proxy)
            ),
            new(
                "a name taken out of containerd's records",
                ErrorCodes.ClosureImageMissing,
                Proxy,
                node => node.Records = records => records with { Images = [.. records.Images.Where(image => image.Name != Proxy)] }
            ),
            new(
                "a name that another image has got",
                ErrorCodes.ClosureImageDiffers,
                Proxy,
                node =>
                    node.Records = records =>
                        records with
                        {
                            Images =
                            [
                                .. records.Images.Select(image => image.Name == Proxy ? image with { Target = Of(records, Pause) } : image),
                            ],
                        }
            ),
            new(
                "a pause of another tag",
                ErrorCodes.ClosureOtherTag,
                Pause,
                node => Image(node, Pause).References = ["registry.k8s.io/pause:3.9"]
            ),
            new(
                "an etcd of another tag",
                ErrorCodes.ClosureOtherTag,
                "registry.k8s.io/etcd:3.5.15-0",
                node => Image(node, "registry.k8s.io/etcd:3.5.15-0").References = ["registry.k8s.io/etcd:3.5.0-0"]
            ),
            new(
                "a manifest that asks for another tag",
                ErrorCodes.ClosureOtherTag,
                "docker.io/example/storage:v2",
                node => node.Edit("kind/manifests/default-storage.yaml", "storage:v1", "storage:v2")
            ),
            new(
                "a manifest with an image that nobody preloaded",
                ErrorCodes.ClosureImageMissing,
                "/kind/manifests/cni.yaml, line 2",
                node => node.Text("kind/manifests/cni.yaml", "spec:\n- {name: cni, image: \"ghcr.io/cni/cni:v9\"}\n")
            ),
            new(
                "a helper's image in the text of a ConfigMap",
                ErrorCodes.ClosureImageMissing,
                "docker.io/example/helper:v1",
                node => node.Text("kind/manifests/helper.yaml", "data:\n  helper: |-\n    spec:\n      image: example/helper:v1\n")
            ),
            new(
                "a static pod with an image that nobody preloaded",
                ErrorCodes.ClosureImageMissing,
                "/etc/kubernetes/manifests/vip.yaml",
                node => node.Text("etc/kubernetes/manifests/vip.yaml", "image: ghcr.io/vip/vip:v1")
            ),
            new(
                "a layer with one bit flipped",
                ErrorCodes.StoreBlobDamaged,
                Proxy,
                node => Blob(node, Image(node, Proxy).Layer, bytes => bytes[600] ^= 1)
            ),
            new(
                "a config with one bit flipped",
                ErrorCodes.StoreBlobDamaged,
                Proxy,
                node => Blob(node, Image(node, Proxy).Config, bytes => bytes[^3] ^= 1)
            ),
            new(
                "a manifest with one bit flipped",
                ErrorCodes.StoreBlobDamaged,
                Proxy,
                node => Blob(node, Image(node, Proxy).Manifest, bytes => bytes[^3] ^= 1)
            ),
            new("a layer that is cut", ErrorCodes.StoreBlobCut, Proxy, node => Cut(node, Image(node, Proxy).Layer)),
            new(
                "a record of another length",
                ErrorCodes.StoreBlobCut,
                Proxy,
                node =>
                    node.Records = records =>
                        records with
                        {
                            Content =
                            [
                                .. records.Content.Select(blob =>
                                    blob.Digest == Digest.Of(Image(node, Proxy).Layer) ? blob with { Size = 1 } : blob
                                ),
                            ],
                        }
            ),
            new(
                "a layer that is not there",
                ErrorCodes.StoreBlobMissing,
                Proxy,
                node => Remove(node, NodeImageBuilder.Blobs, Image(node, Proxy).Layer)
            ),
            new(
                "a layer without its link",
                ErrorCodes.StoreBlobMissing,
                Proxy,
                node => Remove(node, NodeImageBuilder.Store, Image(node, Proxy).Layer)
            ),
            new(
                "a manifest that is not there",
                ErrorCodes.StoreBlobMissing,
                Proxy,
                node => Remove(node, NodeImageBuilder.Blobs, Image(node, Proxy).Manifest)
            ),
            new(
                "a layer that containerd has no record of",
                ErrorCodes.StoreBlobMissing,
                "would delete it",
                node =>
                    node.Records = records =>
                        records with
                        {
                            Content = [.. records.Content.Where(blob => blob.Digest != Digest.Of(Image(node, Proxy).Layer))],
                        }
            ),
            new(
                "a manifest whose label for its layer is gone",
                ErrorCodes.StoreLabelMissing,
                Proxy,
                node =>
                    node.Records = records =>
                        records with
                        {
                            Content =
                            [
                                .. records.Content.Select(blob =>
                                    blob.Digest == Image(node, Proxy).Descriptor.Digest
                                        ? blob with
                                        {
                                            Labels = blob
                                                .Labels.Where(label => !label.Key.Contains(".l.", StringComparison.Ordinal))
                                                .ToDictionary(),
                                        }
                                        : blob
                                ),
                            ],
                        }
            ),
            new("images of another architecture", ErrorCodes.StorePlatformMissing, Proxy, Foreign),
            new(
                "no store at all",
                ErrorCodes.StoreMissing,
                "/var/lib/containerd",
                node => node.Last = files => files.Remove("var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db")
            ),
            new(
                "a name that stands for no manifest",
                ErrorCodes.StoreDocumentUnreadable,
                Proxy,
                node =>
                    node.Records = records =>
                        records with
                        {
                            Images =
                            [
                                .. records.Images.Select(image =>
                                    image.Name == Proxy
                                        ? image with
                                        {
                                            Target = new(
                                                MediaTypes.Manifest,
                                                Digest.Of(Image(node, Proxy).Layer),
                                                Image(node, Proxy).Layer.Length
                                            ),
                                        }
                                        : image
                                ),
                            ],
                        }
            ),
            new(
                "a database that is none",
                ErrorCodes.BoltNotADatabase,
                "meta.db",
                node =>
                    node.Last = files =>
                        files["var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db"] = NodeImageBuilder.File(
                            "var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db",
                            new byte[16384]
                        )
            ),
            new(
                "a record of another image under the name",
                ErrorCodes.ClosureImageDiffers,
                Proxy,
                node => node.Record = record => Closure(record, Proxy)["imageId"] = Digest.Of([9]).ToString()
            ),
            new(
                "a record that names an image too many",
                ErrorCodes.ClosureImageMissing,
                "registry.k8s.io/extra:v1",
                node => node.Record = record => ((JsonArray)Closure(record, Proxy)["references"]!).Add("registry.k8s.io/extra:v1")
            ),
        ];

    private static PreloadSpec Image(NodeImageBuilder node, string reference) =>
        node.Images.Single(image => image.References[0] == reference);

    private static Descriptor Of(MetadataNamespace records, string name) => records.Images.Single(image => image.Name == name).Target;

    private static void Blob(NodeImageBuilder node, byte[] blob, Action<byte[]> spoil)
    {
        string path = NodeImageBuilder.Blobs + Digest.Of(blob).Hex;
        byte[] copy = [.. blob];
        spoil(copy);
        node.Last = files => files[path] = NodeImageBuilder.File(path, copy, 0x124);
    }

    private static void Cut(NodeImageBuilder node, byte[] blob)
    {
        string path = NodeImageBuilder.Blobs + Digest.Of(blob).Hex;
        node.Last = files => files[path] = NodeImageBuilder.File(path, blob[..^512], 0x124);
    }

    private static void Remove(NodeImageBuilder node, string folder, byte[] blob) =>
        node.Last = files => files.Remove(folder + Digest.Of(blob).Hex);

    private static void Foreign(NodeImageBuilder node)
    {
        node.StorePlatform = Platform.LinuxArm64;
        string[] names = [.. node.Images.Select(image => image.References[0])];
        node.Images.Clear();
        node.Images.AddRange(names.Select(name => new PreloadSpec(name, "arm64")));
    }

    private static JsonObject Closure(JsonObject record, string reference) =>
        record["closure"]!
            .AsArray()
            .Select(item => item!.AsObject())
            .Single(item => item["references"]![0]!.GetValue<string>() == reference);
}
