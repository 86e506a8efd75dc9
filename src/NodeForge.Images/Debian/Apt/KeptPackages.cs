using System.Text;
using NodeForge.Images.Debian.Packages;
using NodeForge.Images.Processes;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Debian.Apt;

/// <summary>An earlier lock's packages, shown to apt as installed: it then adds what is missing, upgrades only what it must, and takes out
/// what nothing needs any more.</summary>
/// <param name="Packages">Those that could be shown.</param>
/// <param name="Options">What apt is called with to see them.</param>
internal sealed record KeptPackages(IReadOnlyList<LockedPackage> Packages, IReadOnlyList<string> Options)
{
    // The state that the file gives to all of them.
    private static readonly string[] Own = ["Status"];

    public HashSet<string> Names { get; } = Packages.Select(package => package.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Writes the state files. A locked version's dependencies come from the index, or from the .deb where the mirror has moved
    /// on; with neither it is taken anew.</summary>
    public static async Task<KeptPackages> WriteAsync(
        AptRoot root,
        BlobStore store,
        IReadOnlyList<LockedPackage> kept,
        IReadOnlyList<string> named,
        CancellationToken cancellationToken
    )
    {
        if (kept.Count == 0)
            return new([], []);
        ILookup<string, IndexEntry> index = await new PackageIndex(root)
            .FindAsync("Packages", kept.Select(package => package.Name).ToHashSet(StringComparer.Ordinal), cancellationToken)
            .ConfigureAwait(false);
        List<LockedPackage> shown = [];
        StringBuilder status = new(),
            states = new();
        foreach (LockedPackage package in kept)
        {
            string? stanza = index[package.Name]
                .FirstOrDefault(entry => entry.Version == package.Version && entry.Architecture == package.Architecture)
                is { } entry
                ? ControlStanzas.Text(entry.Fields, Own)
                : await OfDebAsync(root, store, package, cancellationToken).ConfigureAwait(false);
            if (stanza is null)
                continue;
            shown.Add(package);
            status.Append(stanza).Append("Status: install ok installed\n\n");
            if (!named.Contains(package.Name))
                states
                    .Append("Package: ")
                    .Append(package.Name)
                    .Append("\nArchitecture: ")
                    .Append(root.Repository.Architecture)
                    .Append("\nAuto-Installed: 1\n\n");
        }

        await File.WriteAllTextAsync(root.PathOf("status.kept"), status.ToString(), cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(root.PathOf("extended_states.kept"), states.ToString(), cancellationToken).ConfigureAwait(false);
        return new(
            shown,
            [
                "-o",
                $"Dir::State::status={root.PathOf("status.kept")}",
                "-o",
                $"Dir::State::extended_states={root.PathOf("extended_states.kept")}",
            ]
        );
    }

    private static async Task<string?> OfDebAsync(AptRoot root, BlobStore store, LockedPackage package, CancellationToken cancellationToken)
    {
        if (!store.Contains(package.Digest))
            return null;
        ProgramResult control = await root.TryAsync("dpkg-deb", ["--field", store.SoundPathOf(package.Digest)], cancellationToken)
            .ConfigureAwait(false);
        if (control.ExitCode != 0 || ControlStanzas.Parse(control.Output.Split('\n')).ToArray() is not [var fields])
            return null;
        bool same = fields.GetValueOrDefault("Package") == package.Name && fields.GetValueOrDefault("Version") == package.Version;
        return same ? ControlStanzas.Text(fields, Own) : null;
    }
}
