using NodeForge.Oci;
using NodeForge.Verification.Examination;
using NodeForge.Verification.Static;

namespace NodeForge.Verification.Closure;

/// <summary>Every image that a cluster can ask for is preloaded, under just that name, for the node's platform, to the last blob.</summary>
internal sealed class ClosureProof
{
    private const string Group = "closure";
    private readonly ExaminedImage image;
    private readonly PreloadedImages preloaded;
    private readonly PreloadedImageProof proof;
    private readonly List<Diagnostic> storeProblems;
    private readonly Findings closure = new();

    private ClosureProof(ExaminedImage image)
    {
        this.image = image;
        preloaded = PreloadedImages.Read(image);
        storeProblems = [.. preloaded.Problems];
        proof = new(image.Image.Platform, storeProblems);
    }

    public IReadOnlyList<CheckResult> Checks { get; private set; } = [];

    public IReadOnlyList<ClosureEntry> Entries { get; private set; } = [];

    /// <summary>Each preloaded image once, under the first of its names that has a tag.</summary>
    public IReadOnlyList<(ImageReference Reference, ProvenImage Image)> Preloads =>
        [
            .. preloaded
                .Names.Values.Select(name =>
                    (Reference: ImageReference.TryParse(name.Name, out ImageReference? parsed) ? parsed : null, name)
                )
                .Where(static named => named.Reference?.Tag is not null && !named.name.Name.StartsWith("sha256:", StringComparison.Ordinal))
                .OrderBy(static named => named.name.Name, StringComparer.Ordinal)
                .DistinctBy(static named => named.name.Target.Digest)
                .Select(named => (named.Reference!, proof.Prove(named.name))),
        ];

    public static ClosureProof Of(ExaminedImage image)
    {
        ClosureProof closure = new(image);
        closure.Run();
        return closure;
    }

    private void Run()
    {
        if (!preloaded.IsThere)
            storeProblems.Add(new(ErrorCodes.StoreMissing, "the node has no preloaded images") { Where = image.Where(NodeFiles.Store) });
        // Names without a digest first: what is wrong is told under the name that people know.
        foreach (
            PreloadedName name in preloaded
                .Names.Values.OrderBy(static name => name.Name.Contains("sha256:", StringComparison.Ordinal))
                .ThenBy(static name => name.Name, StringComparer.Ordinal)
        )
            proof.Prove(name);
        CheckNames();
        CheckRecord();
        Entries =
        [
            .. ClosureRequests
                .Of(image, [.. preloaded.Names.Keys])
                .GroupBy(static request => request.Reference, StringComparer.Ordinal)
                .OrderBy(static group => group.Key, StringComparer.Ordinal)
                .Select(Resolve),
        ];
        Findings store = new()
        {
            Summary =
                $"{Quantity.Of(preloaded.Names.Values.Select(static name => name.Target.Digest).Distinct().Count(), "image")} under {Quantity.Of(preloaded.Names.Count, "name")}",
        };
        store.AddRange(storeProblems);
        closure.Summary =
            $"{Entries.Count(static entry => entry.State == ClosureState.Complete)} of {Entries.Count} images that a cluster can ask for are there, to the last blob";
        Checks = [store.ToResult(Group, "preloaded images"), closure.ToResult(Group, "what a cluster asks for")];
    }

    private ClosureEntry Resolve(IGrouping<string, ClosureRequest> requests)
    {
        string[] askedBy = [.. requests.Select(static request => request.AskedBy).Distinct()];
        if (preloaded.Names.GetValueOrDefault(requests.Key) is { } name)
        {
            ProvenImage found = proof.Prove(name);
            return new(
                requests.Key,
                askedBy,
                found.IsComplete ? ClosureState.Complete : ClosureState.Incomplete,
                found.ImageId,
                found.Size
            );
        }

        ClosureNeed need = requests.Min(static request => request.Need);
        Tell(requests.Key, string.Join(", ", askedBy), need);
        return new(requests.Key, askedBy, need == ClosureNeed.Certain ? ClosureState.Missing : ClosureState.Optional, null, 0);
    }

    private void Tell(string reference, string askedBy, ClosureNeed need)
    {
        string repository = ImageReference.TryParse(reference, out ImageReference? parsed) ? parsed.Name : reference;
        string[] others =
        [
            .. preloaded
                .Names.Keys.Where(name => name.StartsWith(repository + ":", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
        bool open = image.Record?.OpenClosure == true;
        closure.Add(
            new(
                need == ClosureNeed.Optional ? ErrorCodes.NodeLacksDns
                    : others.Length > 0 ? ErrorCodes.ClosureOtherTag
                    : ErrorCodes.ClosureImageMissing,
                need == ClosureNeed.Optional
                    ? "clusters of the image have no CoreDNS: pods find services by address, not by name"
                    : $"'{reference}' is asked for by {askedBy}, and is not preloaded"
            )
            {
                Severity = need == ClosureNeed.Certain && !open ? Severity.Error : Severity.Warning,
                Where = new(image.Image.Name, Detail: askedBy),
                Got = others.Length > 0 ? string.Join(", ", others) : "nothing of that name",
                Want = reference,
            }
        );
    }

    // The CRI looks for an image by reference, by ID, and by reference with digest (docs/containerd-state.md, "Names"). The last is there
    // after a pull, and in images of ours: containerd adds it to nothing that was imported, and nobody has to.
    private void CheckNames()
    {
        foreach (
            PreloadedName name in preloaded
                .Names.Values.Where(static name => name.Place.Records is not null)
                .OrderBy(static name => name.Name, StringComparer.Ordinal)
        )
        {
            if (
                !ImageReference.TryParse(name.Name, out ImageReference? reference)
                || reference.Digest is not null
                || name.Name.StartsWith("sha256:", StringComparison.Ordinal)
            )
                continue;
            ProvenImage found = proof.Prove(name);
            string? named = image.Record is null ? null : $"{reference.Name}@{name.Target.Digest}";
            foreach (string? other in new[] { named, found.ImageId?.ToString() })
            {
                if (other is not null && !preloaded.Names.ContainsKey(other))
                    storeProblems.Add(
                        new(ErrorCodes.StoreNameMissing, $"'{name.Name}' lacks a name that the CRI looks for")
                        {
                            Severity = Severity.Warning,
                            Where = name.Place.Where,
                            Want = other,
                        }
                    );
            }
        }
    }

    // What the record says of each name is what the store says.
    private void CheckRecord()
    {
        foreach (RecordedImage recorded in image.Record?.Closure ?? [])
        {
            foreach (string text in recorded.References)
            {
                if (
                    !ImageReference.TryParse(text, out ImageReference? reference)
                    || preloaded.Names.GetValueOrDefault(reference.ContainerdName) is not { } name
                )
                    continue;
                ProvenImage found = proof.Prove(name);
                if (
                    found.Manifest is { } manifest
                    && ((name.Place.HasManifests && manifest != recorded.Manifest) || found.ImageId != recorded.ImageId)
                )
                    storeProblems.Add(
                        new(ErrorCodes.ClosureImageDiffers, $"'{name.Name}' stands for another image than the record says")
                        {
                            Where = name.Place.Where,
                            Got = $"manifest {manifest}, image {found.ImageId}",
                            Want = $"manifest {recorded.Manifest}, image {recorded.ImageId}",
                        }
                    );
            }
        }
    }
}
