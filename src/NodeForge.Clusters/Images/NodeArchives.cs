using System.Text;
using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Clusters.Images;

/// <summary>An image layout for each of several nodes, written as tar archives at once: every node is given the blobs that it
/// lacks.</summary>
/// <remarks>The index comes last. An archive that ends before it names nothing, so a node never has a name for what is not whole.</remarks>
internal sealed class NodeArchives(IReadOnlyList<NodeImport> nodes, ForgeStep step)
{
    private const int Block = 512;

    /// <summary>Whether any node lacks a blob.</summary>
    public bool Lack(Digest? blob) => nodes.Any(node => Lacks(node, blob));

    /// <summary>Writes a blob to those that lack it; one of unknown digest to all.</summary>
    /// <param name="name">The digest, or what the entry is called while the digest is not known: containerd goes by the bytes.</param>
    /// <param name="blob">The digest; null while it is not known.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="write">Writes exactly these.</param>
    public async Task WriteBlobAsync(string name, Digest? blob, long size, Func<Stream, Task> write)
    {
        NodeImport[] wanting = [.. nodes.Where(node => Lacks(node, blob))];
        if (wanting.Length == 0)
            return;
        using FanOut output = new(wanting, step);
        output.Write(Header($"blobs/sha256/{name}", size));
        await write(output).ConfigureAwait(false);
        if (output.Written != Block + size)
            throw new InvalidOperationException($"A blob of {size} bytes was written with {output.Written - Block}.");
        output.Write(new byte[Padding(size)]);
        foreach (NodeImport node in wanting)
        {
            node.Blobs++;
            node.Bytes += size;
        }
    }

    public Task WriteBlobAsync(Digest digest, byte[] bytes) =>
        WriteBlobAsync(
            digest.Hex,
            digest,
            bytes.Length,
            stream =>
            {
                stream.Write(bytes);
                return Task.CompletedTask;
            }
        );

    /// <summary>Writes what the nodes lack of an image, the manifest after the layers, and ends the archives.</summary>
    /// <param name="image">The image.</param>
    /// <param name="names">As the kubelet asks for it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WriteAsync(Image image, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        foreach (Layer layer in image.Layers.DistinctBy(layer => layer.Descriptor.Digest))
            await WriteBlobAsync(
                    layer.Descriptor.Digest.Hex,
                    layer.Descriptor.Digest,
                    layer.Descriptor.Size,
                    stream => CopyAsync(layer, stream, cancellationToken)
                )
                .ConfigureAwait(false);
        await WriteBlobAsync(image.Id, image.RawConfig.Bytes.ToArray()).ConfigureAwait(false);
        await WriteBlobAsync(image.Descriptor.Digest, image.RawManifest.Bytes.ToArray()).ConfigureAwait(false);
        End(image.Descriptor, names);
    }

    private static Task CopyAsync(Layer layer, Stream output, CancellationToken cancellationToken) =>
        Task.Run(
            async () =>
            {
                using Stream content = await layer.OpenAsync(cancellationToken).ConfigureAwait(false);
                byte[] buffer = new byte[1 << 17];
                int count;
                while ((count = content.Read(buffer)) > 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    output.Write(buffer.AsSpan(0, count));
                }
            },
            cancellationToken
        );

    /// <summary>Writes what makes the archive a layout, and ends it.</summary>
    /// <param name="manifest">The image's manifest.</param>
    /// <param name="names">Names that the image is given.</param>
    public void End(Descriptor manifest, IEnumerable<string> names)
    {
        JsonArray entries =
        [
            .. names.Select(name =>
                (JsonNode)
                    new JsonObject
                    {
                        ["mediaType"] = manifest.MediaType,
                        ["digest"] = manifest.Digest.ToString(),
                        ["size"] = manifest.Size,
                        ["annotations"] = new JsonObject { ["io.containerd.image.name"] = name },
                    }
            ),
        ];
        using FanOut output = new(nodes, step);
        WriteFile(
            output,
            "index.json",
            new JsonObject
            {
                ["schemaVersion"] = 2,
                ["mediaType"] = MediaTypes.Index,
                ["manifests"] = entries,
            }.ToJsonString()
        );
        WriteFile(output, "oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        output.Write(new byte[2 * Block]);
    }

    private static bool Lacks(NodeImport node, Digest? blob) => blob is not { } known || !node.Store.Blobs.Contains(known);

    private static void WriteFile(Stream output, string name, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        output.Write(Header(name, bytes.Length));
        output.Write(bytes);
        output.Write(new byte[Padding(bytes.Length)]);
    }

    private static int Padding(long size) => (int)((Block - (size % Block)) % Block);

    // POSIX.1-1988 ustar; sizes that eleven octal digits cannot hold in GNU's base-256 form, which Go reads.
    internal static byte[] Header(string name, long size)
    {
        byte[] block = new byte[Block];
        Encoding.ASCII.GetBytes(name, block);
        Octal(block.AsSpan(100, 8), 0x1a4); // 0644
        Octal(block.AsSpan(108, 8), 0);
        Octal(block.AsSpan(116, 8), 0);
        if (size >> 33 == 0)
            Octal(block.AsSpan(124, 12), size);
        else
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(block.AsSpan(128, 8), size);
            block[124] = 0x80;
        }

        Octal(block.AsSpan(136, 12), 0);
        block[156] = (byte)'0';
        "ustar\u000000"u8.CopyTo(block.AsSpan(257));
        block.AsSpan(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in block)
            sum += value;
        Octal(block.AsSpan(148, 7), sum);
        return block;
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (int at = field.Length - 2; at >= 0; at--, value >>= 3)
            field[at] = (byte)('0' + (value & 7));
        field[^1] = 0;
    }

    private sealed class FanOut(IReadOnlyList<NodeImport> nodes, ForgeStep step) : WriteOnlyStream
    {
        public long Written { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            foreach (NodeImport node in nodes)
                node.Write(buffer);
            Written += buffer.Length;
            step.Advance((long)buffer.Length * nodes.Count);
        }
    }
}
