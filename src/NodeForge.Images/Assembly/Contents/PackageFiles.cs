using System.Text.RegularExpressions;
using NodeForge.Images.Debian.Packages;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>Takes the files that globs name out of packages, and what links among them lead to; no script is run.</summary>
internal sealed class PackageFiles(BuildEnvironment environment)
{
    /// <summary>What decides the files, without opening a package: unpacking them takes longer than all else of a build in which nothing
    /// has changed.</summary>
    /// <param name="own">The key of what lies beside them.</param>
    public static Digest KeyOf(IReadOnlyList<string> globs, LockedPart part, Digest own) =>
        ActionKey.Of("package files/2", [own.Hex, "extract", .. globs, "packages", .. part.Packages.Select(package => package.Digest.Hex)]);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NothingExtracted"/>: a glob matches nothing, every such glob
    /// named.</exception>
    public void Extract(IReadOnlyList<string> globs, LockedPart part, LayerDraft draft, string recipe, CancellationToken cancellationToken)
    {
        Glob[] wanted = [.. globs.Select(glob => new Glob(glob))];
        HashSet<string> taken = new(StringComparer.Ordinal);
        IReadOnlySet<string> led = Take(part, path => Matches(wanted, path), taken, draft, cancellationToken);
        RefuseUnmatched(wanted, recipe);
        // What links lead to may be in a package that was read before, and may be a link again. Each round takes something new, so there is
        // an end.
        for (int before = -1; led.Count > 0 && before < taken.Count; )
        {
            before = taken.Count;
            led = Take(part, led.Contains, taken, draft, cancellationToken);
        }
    }

    /// <returns>Where the links that were taken lead, as far as that is not taken yet.</returns>
    private HashSet<string> Take(
        LockedPart part,
        Predicate<string> wanted,
        HashSet<string> taken,
        LayerDraft draft,
        CancellationToken cancellationToken
    )
    {
        HashSet<string> led = new(StringComparer.Ordinal);
        foreach (LockedPackage package in part.Packages)
        {
            cancellationToken.ThrowIfCancellationRequested();
            new DebFile(package.Path, environment.Store.SoundPathOf(package.Digest)).ReadData(
                (entry, content) =>
                {
                    if (entry.Kind == TarEntryKind.Directory || !wanted(entry.Path))
                        return;
                    Take(entry, content, draft);
                    taken.Add(entry.Path);
                    if (TargetOf(entry) is { } target)
                        led.Add(target);
                }
            );
        }

        led.ExceptWith(taken);
        return led;
    }

    private static string? TargetOf(TarEntry entry) =>
        entry.Kind switch
        {
            TarEntryKind.HardLink => entry.LinkTarget,
            TarEntryKind.SymbolicLink => Path.GetFullPath(entry.LinkTarget!, "/" + Path.GetDirectoryName(entry.Path)).TrimStart('/'),
            _ => null,
        };

    private void Take(TarEntry entry, Stream content, LayerDraft draft)
    {
        if (entry.Kind != TarEntryKind.File || entry.Size == 0)
        {
            draft.Add(entry, null);
            return;
        }

        using BlobIngest ingest = environment.Store.BeginIngest();
        content.CopyTo(ingest, 1 << 20);
        Descriptor blob = ingest.Commit();
        draft.Add(entry, new BlobContent(environment.Store, blob.Digest));
    }

    private static bool Matches(Glob[] wanted, string path)
    {
        bool matched = false;
        foreach (Glob glob in wanted)
            matched |= glob.Matches(path);
        return matched;
    }

    private static void RefuseUnmatched(Glob[] wanted, string recipe)
    {
        Diagnostic[] unmatched =
        [
            .. wanted
                .Where(glob => !glob.Matched)
                .Select(glob => new Diagnostic(ErrorCodes.NothingExtracted, $"no file of the packages matches '{glob.Text}'")
                {
                    Where = new(recipe),
                    Hint = "correct the glob, or name the package that has the file",
                }),
        ];
        if (unmatched.Length > 0)
            throw new NodeForgeException(unmatched);
    }

    private sealed class Glob
    {
        private readonly Regex pattern;

        public Glob(string text)
        {
            Text = text;
            string escaped = Regex
                .Escape(text.TrimStart('/'))
                .Replace(@"\*\*", ".*", StringComparison.Ordinal)
                .Replace(@"\*", "[^/]*", StringComparison.Ordinal)
                .Replace(@"\?", "[^/]", StringComparison.Ordinal);
            pattern = new Regex($"^(?:{escaped})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }

        public string Text { get; }

        public bool Matched { get; private set; }

        public bool Matches(string path)
        {
            bool matches = pattern.IsMatch(path);
            Matched |= matches;
            return matches;
        }
    }
}
