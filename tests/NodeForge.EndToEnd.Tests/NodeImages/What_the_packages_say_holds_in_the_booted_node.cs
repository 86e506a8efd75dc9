using NodeForge.Oci.Tar;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>Setuid, capabilities, hard links and ownership: what the .debs say is what a booted node has.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class What_the_packages_say_holds_in_the_booted_node
{
    // What differs on purpose, and who does it.
    private const string LaunchHelper = "usr/lib/dbus-1.0/dbus-daemon-launch-helper";

    private static readonly Dictionary<string, string> Allowed = new()
    {
        [LaunchHelper] = "root:messagebus 4754, by dbus' postinst (dpkg-statoverride)",
        ["proc"] = "the kernel's file system is mounted over it",
        ["sys"] = "the kernel's file system is mounted over it",
    };

    [Fact]
    public async Task Modes_owners_hard_links_and_capabilities()
    {
        Dictionary<string, TarEntry> packaged = DebFiles.Read();
        await using BootedNode booted = await BootedNode.StartAsync(NodeImage.Reference);
        Dictionary<string, NodeFile> files = await NodeFile.ListAsync(booted);

        Assert.True(packaged.Values.Count(IsSetUid) >= 8, "Debian's base has su, mount, passwd and more: the .debs were not read");
        Assert.Empty(packaged.Where(entry => IsSetUid(entry.Value) && !files.ContainsKey(entry.Key)).Select(static entry => entry.Key));
        Assert.Empty(
            files
                .Values.Where(static file => file.Type == 'f' && (file.Mode & NodeFile.SetUidOrGid) != 0)
                .Where(file =>
                    !Allowed.ContainsKey(file.Path) && !(packaged.TryGetValue(file.Path, out TarEntry? entry) && IsSetUid(entry))
                )
                .Select(static file => file.Path)
        );
        Assert.Equal("4754", Convert.ToString(files[LaunchHelper].Mode, 8));
        Assert.Contains(packaged, entry => entry.Value.Kind == TarEntryKind.HardLink && files.ContainsKey(entry.Key));
        Assert.Empty(packaged.SelectMany(entry => Differences(entry.Key, entry.Value, files)).Order(StringComparer.Ordinal));
        Assert.Equal(PackagedCapabilities(packaged), await CapabilitiesAsync(booted));
    }

    private static bool IsSetUid(TarEntry entry) => entry.Kind == TarEntryKind.File && (entry.Mode & NodeFile.SetUidOrGid) != 0;

    private static IEnumerable<string> Differences(string path, TarEntry entry, Dictionary<string, NodeFile> files)
    {
        if (Allowed.ContainsKey(path) || !files.TryGetValue(path, out NodeFile? file))
            yield break; // documentation is left out by the recipe
        if (entry.Kind == TarEntryKind.HardLink)
        {
            string target = DebFiles.Merged(entry.LinkTarget!);
            if (!files.TryGetValue(target, out NodeFile? first) || first.Inode != file.Inode)
                yield return $"{path} is no hard link to {target}";
        }
        else if (entry.Kind is TarEntryKind.File or TarEntryKind.Directory && file.Type is 'f' or 'd')
        {
            (string, long, long) want = (Convert.ToString(entry.Mode, 8), entry.Uid, entry.Gid),
                got = (Convert.ToString(file.Mode, 8), file.Uid, file.Gid);
            if (want != got)
                yield return $"{path} is {got}; its .deb says {want}";
        }
    }

    private static string[] PackagedCapabilities(Dictionary<string, TarEntry> packaged) =>
        [
            .. packaged
                .Where(static entry => entry.Value.ExtendedAttributes.ContainsKey("security.capability"))
                .Select(static entry => entry.Key)
                .Order(StringComparer.Ordinal),
        ];

    private static async Task<string[]> CapabilitiesAsync(BootedNode booted) =>
        [
            .. (await booted.RunAsync("getcap", "-r", "/usr", "/opt", "/etc"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static line => line.Split(' ')[0].TrimStart('/'))
                .Order(StringComparer.Ordinal),
        ];
}
