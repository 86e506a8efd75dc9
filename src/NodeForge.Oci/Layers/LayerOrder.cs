using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>Puts the entries of a layer in their one order and settles which name of a hard-linked file carries the bytes.</summary>
internal static class LayerOrder
{
    /// <summary>Sorted by the bytes of the names as they are written, a directory's slash included: a directory comes right before what is
    /// in it.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LayerEntryInvalid"/>,
    /// <see cref="ErrorCodes.LayerPathTwice"/>.</exception>
    public static IReadOnlyList<OrderedEntry> Arrange(IReadOnlyList<LayerEntry> entries)
    {
        OrderedEntry[] ordered = new OrderedEntry[entries.Count];
        for (int i = 0; i < ordered.Length; i++)
            ordered[i] = LayerEntryRules.Check(entries[i]);
        Array.Sort(ordered, (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        Dictionary<string, int> places = Places(ordered);
        foreach (OrderedEntry entry in ordered)
            CheckParents(entry.Header, ordered, places);
        SettleHardLinks(ordered, places);
        return ordered;
    }

    private static Dictionary<string, int> Places(OrderedEntry[] ordered)
    {
        Dictionary<string, int> places = new(ordered.Length, StringComparer.Ordinal);
        for (int i = 0; i < ordered.Length; i++)
        {
            if (!places.TryAdd(ordered[i].Header.Path, i))
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.LayerPathTwice, "a path is in the layer twice")
                    {
                        Where = new(ordered[i].Header.Path),
                        Hint = "take one of the two out",
                    }
                );
        }

        return places;
    }

    // An entry below a link or a file would be written through it, or over it, at the whim of whoever unpacks.
    private static void CheckParents(TarEntry entry, OrderedEntry[] ordered, Dictionary<string, int> places)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = places.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int slash = entry.Path.LastIndexOf('/'); slash > 0; slash = entry.Path.LastIndexOf('/', slash - 1))
        {
            if (!lookup.TryGetValue(entry.Path.AsSpan(0, slash), out int place))
                continue;
            TarEntry parent = ordered[place].Header;
            if (parent.Kind != TarEntryKind.Directory)
                throw LayerEntryRules.Invalid(entry, $"it lies below '{parent.Path}', which is no directory", got: parent.Kind.ToString());
        }
    }

    private static void SettleHardLinks(OrderedEntry[] ordered, Dictionary<string, int> places)
    {
        Dictionary<int, List<int>> names = [];
        for (int i = 0; i < ordered.Length; i++)
        {
            if (ordered[i].Header.Kind != TarEntryKind.HardLink)
                continue;
            int file = FileBehind(i, ordered, places);
            if (!names.TryGetValue(file, out List<int>? links))
                names[file] = links = [file];
            links.Add(i);
        }

        foreach ((int file, List<int> links) in names)
            LinkToFirst(ordered, file, links);
    }

    private static void LinkToFirst(OrderedEntry[] ordered, int file, List<int> names)
    {
        OrderedEntry bearer = ordered[file];
        int first = names.Min();
        string firstPath = ordered[first].Header.Path;
        byte[] firstName = ordered[first].Name;
        foreach (int name in names)
        {
            TarEntry header = bearer.Header with { Path = ordered[name].Header.Path };
            ordered[name] =
                name == first
                    ? bearer with
                    {
                        Name = firstName,
                        Header = header,
                    }
                    : new(
                        ordered[name].Name,
                        header with
                        {
                            Kind = TarEntryKind.HardLink,
                            LinkTarget = firstPath,
                            Size = 0,
                            DeviceMajor = 0,
                            DeviceMinor = 0,
                            ExtendedAttributes = new Dictionary<string, byte[]>(),
                        },
                        null,
                        firstName
                    );
        }
    }

    private static int FileBehind(int link, OrderedEntry[] ordered, Dictionary<string, int> places)
    {
        TarEntry first = ordered[link].Header;
        int place = link;
        for (int steps = 0; ordered[place].Header.Kind == TarEntryKind.HardLink; steps++)
        {
            if (steps > ordered.Length)
                throw LayerEntryRules.Invalid(first, "its hard links lead in a circle");
            if (!places.TryGetValue(ordered[place].Header.LinkTarget!, out place))
                throw LayerEntryRules.Invalid(first, "it is a hard link to a file that is not in this layer", got: first.LinkTarget);
        }

        return ordered[place].Header.Kind == TarEntryKind.Directory
            ? throw LayerEntryRules.Invalid(first, "it is a hard link to a directory", got: first.LinkTarget)
            : place;
    }
}

/// <summary>An entry ready to be written.</summary>
/// <param name="Name">The path's bytes; a directory's end in a slash.</param>
/// <param name="Header">The entry.</param>
/// <param name="Content">The file's bytes.</param>
/// <param name="LinkTarget">The link target's bytes.</param>
internal sealed record OrderedEntry(byte[] Name, TarEntry Header, LayerContent? Content, byte[]? LinkTarget);
