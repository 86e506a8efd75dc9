using System.Globalization;
using System.Text;
using Microsoft.Build.Framework;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge.MSBuild;

/// <summary>An item of <c>NodeForgeBundle</c>: what is packed, and where it goes.</summary>
internal sealed record BundleItem
{
    public required BundleRequest Request { get; init; }

    /// <summary>The project's images that are in it.</summary>
    public required IReadOnlyList<ITaskItem> Images { get; init; }

    /// <summary>The file that is written; of volumes what they are called before <c>.001</c>. Absolute.</summary>
    public required string Output { get; init; }

    /// <summary>What the bundle was packed from, beside it.</summary>
    public string Record => BuildRecord.Beside(Output);

    /// <summary>What an item says, with defaults where it says nothing.</summary>
    /// <param name="item">An item of NodeForgeBundle.</param>
    /// <param name="images">The project's images, as they were built.</param>
    /// <param name="host">Resolves paths.</param>
    /// <param name="folder">Where bundles go that do not say where.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BuildItem"/>, <see cref="ErrorCodes.BundleVolumeSize"/>.</exception>
    public static BundleItem Of(ITaskItem item, IReadOnlyList<ITaskItem> images, HostEnvironment host, string folder)
    {
        string output = host.Resolve(RecipeItem.Optional(item, "Destination") ?? Path.Combine(folder, item.ItemSpec + ".nfb"));
        string[] named = RecipeItem.Texts(item, "Recipes");
        if (named.Except(images.Select(NameOf)).FirstOrDefault() is { } unknown)
            throw Refused(
                item,
                "a bundle wants an image that the project does not make",
                unknown,
                string.Join(", ", images.Select(NameOf).Distinct())
            );
        ITaskItem[] packed = [.. images.Where(image => named.Length == 0 || named.Contains(NameOf(image)))];
        ILookup<bool, ImageTransport> places = packed.ToLookup(IsProven, image => ImageTransport.Parse(image.GetMetadata("Transport")));
        return new()
        {
            Request = new([.. places[true]])
            {
                Output = output,
                Others = [.. places[false], .. RecipeItem.Texts(item, "Image").Select(ImageTransport.Parse)],
                Files = [.. RecipeItem.Texts(item, "File").Select(host.Resolve)],
                ClusterFile = RecipeItem.Optional(item, "ClusterFile") is { } cluster ? host.Resolve(cluster) : null,
                Options = new()
                {
                    VolumeSize = RecipeItem.Optional(item, "VolumeSize") is { } size ? VolumeSize.Parse(size) : 0,
                    Level = Level(item),
                },
            },
            Images = packed,
            Output = output,
        };
    }

    /// <summary>Over all that decides the bundle's bytes. Images of the project are known by what they were built from, and are not
    /// read.</summary>
    /// <returns>Null where it cannot be told without asking an engine or a registry.</returns>
    public async Task<string?> KeyAsync(HostEnvironment host, CancellationToken cancellationToken)
    {
        if (Asks is not null)
            return null;
        List<string> parts =
        [
            typeof(Forge).Module.ModuleVersionId.ToString(),
            Request.Options.VolumeSize.ToString(CultureInfo.InvariantCulture),
            Request.Options.Level.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (ITaskItem image in Images)
        {
            string record = image.GetMetadata("Record");
            if (BuildRecord.Read(record, image.GetMetadata("Artefact")) is not { } built)
                return null; // Built with warnings that count as errors, say.
            parts.AddRange([image.GetMetadata("Transport"), built.Key]);
        }

        string[] others = [.. Request.Others.Skip(Images.Count - Request.Images.Count).Select(other => host.Resolve(other.Path))];
        string?[] files = [.. others.Select(RecipeItem.ContentOf), .. Request.Files, Request.ClusterFile];
        foreach (string file in files.OfType<string>())
            parts.AddRange([file, File.Exists(file) ? await RecipeItem.DigestOfAsync(file, cancellationToken).ConfigureAwait(false) : ""]);
        return Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', parts))).ToString();
    }

    /// <summary>An image that an engine or a registry is asked for; null where there is none.</summary>
    public ImageTransport? Asks => Request.Others.FirstOrDefault(other => !other.Room.IsFile);

    private static string NameOf(ITaskItem image) => Path.GetFileNameWithoutExtension(image.GetMetadata("Recipe"));

    // One that was let through with an open closure is packed as it is.
    private static bool IsProven(ITaskItem image) =>
        image.GetMetadata("Kind") == "NodeImage"
        && !string.Equals(RecipeItem.Optional(image, "AllowOpenClosure"), "true", StringComparison.OrdinalIgnoreCase);

    private static int Level(ITaskItem item)
    {
        if (RecipeItem.Optional(item, "Level") is not { } text)
            return new BundleOptions().Level;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int level) && level is >= 1 and <= 19
            ? level
            : throw Refused(item, "the level is none of zstd's", text, "1 to 19");
    }

    private static NodeForgeException Refused(ITaskItem item, string what, string got, string want) =>
        new(
            new Diagnostic(ErrorCodes.BuildItem, what)
            {
                Where = new($"NodeForgeBundle {item.ItemSpec}"),
                Got = got,
                Want = want,
                Hint = "correct the item's metadata in the project",
            }
        );
}
