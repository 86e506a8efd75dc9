using System.Globalization;
using NodeForge.Documents.Yaml;
using NodeForge.Images.Debian.Packages;
using NodeForge.Images.Processes;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Debian.Apt;

/// <summary>The signed indexes of a root, as apt verified and keeps them.</summary>
internal sealed class PackageIndex(AptRoot root)
{
    /// <summary>The stanzas that are wanted, by what they are wanted for; the suite itself before -updates before -security.</summary>
    /// <param name="kind">Packages or Sources.</param>
    /// <param name="wanted">Package names.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<ILookup<string, IndexEntry>> FindAsync(string kind, IReadOnlySet<string> wanted, CancellationToken cancellationToken)
    {
        List<(string Name, IndexEntry Entry)> found = [];
        foreach ((string suite, string file) in await FilesAsync(kind, cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.AddRange(Wanted(file, wanted).Select(fields => (fields["Package"], new IndexEntry(suite, fields, file))));
        }

        return found.ToLookup(entry => entry.Name, entry => entry.Entry, StringComparer.Ordinal);
    }

    private async Task<IReadOnlyList<(string Suite, string File)>> FilesAsync(string kind, CancellationToken cancellationToken)
    {
        ProgramResult targets = await root.RunAsync(
                "apt-get",
                ["indextargets", "--format", "$(RELEASE)|$(FILENAME)", $"Created-By: {kind}"],
                cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. targets
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('|', 2))
                .Where(parts => parts.Length == 2 && File.Exists(parts[1]))
                .Select(parts => (parts[0], parts[1]))
                .OrderBy(target => root.Repository.Suites.ToList().IndexOf(target.Item1)),
        ];
    }

    // 60 000 stanzas are passed over by their first line; only those wanted are taken apart.
    private static IEnumerable<IReadOnlyDictionary<string, string>> Wanted(string file, IReadOnlySet<string> wanted)
    {
        const string first = "Package: ";
        List<string> stanza = [];
        bool taking = false;
        foreach (string line in File.ReadLines(file))
        {
            if (line.Length == 0 && taking)
            {
                yield return ControlStanzas.Parse(stanza).First();
                taking = false;
            }
            else if (line.StartsWith(first, StringComparison.Ordinal))
            {
                taking = wanted.Contains(line[first.Length..]);
                stanza.Clear();
            }

            if (taking)
                stanza.Add(line);
        }

        if (taking)
            yield return ControlStanzas.Parse(stanza).First();
    }
}

/// <summary>A stanza of an index.</summary>
/// <param name="Suite">The suite whose index has it.</param>
/// <param name="Fields">As in the index.</param>
/// <param name="File">The index.</param>
internal sealed record IndexEntry(string Suite, IReadOnlyDictionary<string, string> Fields, string File)
{
    public string Version => Field("Version");

    public string Architecture => Field("Architecture");

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.WeakHash"/>, <see cref="ErrorCodes.ArchiveEntryInvalid"/>.</exception>
    public LockedPackage ToPackage(string? snapshot)
    {
        LockedPackage package = new(Field("Package"), Version, Architecture, Suite, Field("Filename"), Sha256(), Bytes(Field("Size")))
        {
            Snapshot = snapshot,
        };
        Refuse(LockEntries.ProblemOf(package, ErrorCodes.ArchiveEntryInvalid, new(File)));
        return package;
    }

    /// <summary>A file of a source package.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ArchiveEntryInvalid"/>.</exception>
    public LockedFile ToFile(string name, Digest digest, long size, string? snapshot)
    {
        LockedFile file = new(name, digest, size)
        {
            Suite = Suite,
            Path = $"{Field("Directory")}/{name}",
            Snapshot = snapshot,
        };
        Refuse(LockEntries.ProblemOf(file, ErrorCodes.ArchiveEntryInvalid, new(File)));
        return file;
    }

    /// <summary>A size as indexes write it; -1, which no rule lets pass, for anything else.</summary>
    public static long Bytes(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : -1;

    private string Field(string name) => Fields.GetValueOrDefault(name, "");

    private static void Refuse(Diagnostic? problem)
    {
        if (problem is not null)
            throw new NodeForgeException(problem with { Hint = ErrorCodes.ArchiveEntryInvalid.Remedy });
    }

    private Digest Sha256() =>
        Digest.TryParse("sha256:" + Fields.GetValueOrDefault("SHA256"), out Digest digest) ? digest : throw Weak(Fields["Package"], Suite);

    public static NodeForgeException Weak(string name, string suite) =>
        new(
            new Diagnostic(ErrorCodes.WeakHash, $"the index of {suite} has no SHA-256 for {name}")
            {
                Hint = "use an archive whose indexes carry SHA-256",
            }
        );
}
