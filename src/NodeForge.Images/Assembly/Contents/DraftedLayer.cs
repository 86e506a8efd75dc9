using System.Globalization;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>Writes a draft as a layer, unless one of the same entries was written before.</summary>
internal static class DraftedLayer
{
    public static Task<LayerBlob> BuildAsync(
        LayerDraft draft,
        string title,
        long epoch,
        BuildEnvironment environment,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<LayerEntry> entries = draft.Entries;
        return BuildAsync(KeyOf(entries, epoch), () => entries, title, epoch, environment, cancellationToken);
    }

    /// <summary>For entries that take long to come by: they are asked for only when the key is new.</summary>
    public static async Task<LayerBlob> BuildAsync(
        Digest key,
        Func<IReadOnlyList<LayerEntry>> entries,
        string title,
        long epoch,
        BuildEnvironment environment,
        CancellationToken cancellationToken,
        LockedPart? reads = null
    )
    {
        using ForgeStep step = environment.Reporter.Step($"layer {title}");
        // On another thread: layers do not wait for each other.
        IReadOnlyList<ActionOutput> outputs = await environment
            .Actions.GetOrRunAsync(
                key,
                step,
                () =>
                    Task.Run<IReadOnlyList<ActionOutput>>(
                        () =>
                            [
                                LayerOutput.Of(
                                    title,
                                    LayerWriter.WriteToStore(entries(), environment.Store, LayerEncoding.None, epoch, cancellationToken)
                                ),
                            ],
                        cancellationToken
                    ),
                cancellationToken,
                reads: reads
            )
            .ConfigureAwait(false);
        return outputs[0].ToLayer();
    }

    internal static Digest KeyOf(IReadOnlyList<LayerEntry> entries, long epoch) =>
        ActionKey.Of(
            "layer/2",
            [
                epoch.ToString(CultureInfo.InvariantCulture),
                .. entries.OrderBy(entry => entry.Header.Path, StringComparer.Ordinal).Select(Line),
            ]
        );

    private static string Line(LayerEntry entry)
    {
        TarEntry header = entry.Header;
        string content = entry.Content is null ? "" : NameOf(entry.Content);
        string attributes = string.Join(
            ',',
            header
                .ExtendedAttributes.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{pair.Key}={Convert.ToHexString(pair.Value)}")
        );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{header.Kind} {header.Mode} {header.Uid} {header.Gid} {header.DeviceMajor}:{header.DeviceMinor} {header.Size} {header.ModificationTime} {content} {attributes} {header.Path}\0{header.LinkTarget}"
        );
    }

    private static string NameOf(LayerContent content) =>
        content switch
        {
            BlobContent blob => blob.Digest.Hex,
            BlobSlice slice => string.Create(CultureInfo.InvariantCulture, $"{slice.Digest.Hex}:{slice.Offset}"),
            InlineContent inline => Digest.Of(inline.Bytes.Span).Hex,
            JoinedContent joined => string.Join('+', joined.Parts.Select(NameOf)),
            _ => throw new ArgumentException("A drafted layer's content is named by digest.", nameof(content)),
        };
}
