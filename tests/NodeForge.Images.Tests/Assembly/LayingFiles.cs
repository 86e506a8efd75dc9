using NodeForge.Images.Assembly.Contents;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Recipes;

namespace NodeForge.Images.Tests.Assembly;

public sealed class LayingFiles
{
    [Fact]
    public void Modes_of_a_tree_are_those_of_its_kind_whatever_the_checkouts_umask_was()
    {
        using AssemblyRoom room = new();
        File.SetUnixFileMode(room.Write("tree/etc/secret", "x"), UnixFileMode.UserRead);
        File.SetUnixFileMode(
            room.Write("tree/usr/bin/run", "x"),
            UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite
        );
        File.SetUnixFileMode(room["tree/etc"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        LayerDraft draft = Lay(room, Tree(room, "/"));
        Assert.Equal(0x1a4, draft.Find("etc/secret")!.Header.Mode);
        Assert.Equal(0x1ed, draft.Find("usr/bin/run")!.Header.Mode);
        Assert.Equal(0x1ed, draft.Find("etc")!.Header.Mode);
    }

    [Fact]
    public void Links_of_a_tree_stay_links_and_empty_files_empty()
    {
        using AssemblyRoom room = new();
        room.Write("tree/empty", "");
        File.CreateSymbolicLink(room["tree/link"], "../nowhere");
        LayerDraft draft = Lay(room, Tree(room, "/opt"));
        Assert.Equal("../nowhere", draft.Find("opt/link")!.Header.LinkTarget);
        Assert.Null(draft.Find("opt/empty")!.Content);
    }

    [Fact]
    public void Owner_of_a_tree_is_that_of_all_in_it_but_not_of_folders_that_were_there()
    {
        using AssemblyRoom room = new();
        room.Write("tree/etc/app/conf", "x");
        File.CreateSymbolicLink(room["tree/etc/app/link"], "conf");
        LayerDraft draft = new(AssemblyRoom.Tree(AssemblyRoom.Folder_("etc")), AssemblyRoom.Epoch);
        new ContentsLayer(room.Store, new Dictionary<string, ActionOutput>()).Lay(
            new ImageContents { Files = [Tree(room, "/") with { Uid = 7, Gid = 8 }] },
            draft,
            CancellationToken.None
        );
        Assert.Equal(
            ["etc/app", "etc/app/conf", "etc/app/link"],
            draft.Entries.Select(entry => entry.Header.Path).Order(StringComparer.Ordinal)
        );
        Assert.All(draft.Entries, entry => Assert.Equal((7L, 8L), (entry.Header.Uid, entry.Header.Gid)));
    }

    [Fact]
    public void What_comes_later_wins()
    {
        using AssemblyRoom room = new();
        room.Write("tree/etc/motd", "tree");
        LayerDraft draft = Lay(room, Tree(room, "/"), Text("/etc/motd", "inline", 0x180));
        Assert.Equal(0x180, draft.Find("etc/motd")!.Header.Mode);
        Assert.Equal(6, draft.Find("etc/motd")!.Header.Size);
    }

    [Fact]
    public void Owner_and_mode_of_a_single_file_are_the_recipes()
    {
        using AssemblyRoom room = new();
        FileSource file = new()
        {
            Path = "/bin/su",
            Kind = FileSourceKind.File,
            Source = room.Write("su", "x"),
            Mode = 0x9ed,
            Uid = 1,
            Gid = 2,
        };
        TarEntry entry = Lay(room, file).Find("bin/su")!.Header;
        Assert.Equal((0x9ed, 1L, 2L), (entry.Mode, entry.Uid, entry.Gid));
    }

    [Fact]
    public void A_link_that_is_named_as_a_file_is_what_it_leads_to_with_its_mode()
    {
        using AssemblyRoom room = new();
        File.SetUnixFileMode(room.Write("elsewhere/conf", "x"), UnixFileMode.UserRead);
        File.CreateSymbolicLink(room["conf"], "elsewhere/conf");
        LayerEntry entry = Lay(
                room,
                new FileSource
                {
                    Path = "/etc/conf",
                    Kind = FileSourceKind.File,
                    Source = room["conf"],
                }
            )
            .Find("etc/conf")!;
        Assert.Equal((TarEntryKind.File, 0x1a4, 1L), (entry.Header.Kind, entry.Header.Mode, entry.Header.Size));
    }

    [Fact]
    public void A_program_that_no_build_gives_is_told_with_those_that_there_are()
    {
        using AssemblyRoom room = new();
        Diagnostic problem = AssemblyRoom.Fails(() =>
            Lay(
                room,
                new FileSource
                {
                    Path = "/kubelet",
                    Kind = FileSourceKind.KubernetesBinary,
                    KubernetesBinary = "kubelet",
                }
            )
        );
        Assert.Equal(ErrorCodes.TarballIncomplete, problem.Code);
        Assert.Equal("an image built on its own", problem.Got);
    }

    private static FileSource Tree(AssemblyRoom room, string at) =>
        new()
        {
            Path = at,
            Kind = FileSourceKind.Tree,
            Source = room["tree"],
        };

    private static FileSource Text(string path, string text, int? mode = null) =>
        new()
        {
            Path = path,
            Kind = FileSourceKind.Content,
            Content = text,
            Mode = mode,
        };

    private static LayerDraft Lay(AssemblyRoom room, params FileSource[] files)
    {
        LayerDraft draft = new(new RootfsTree(), AssemblyRoom.Epoch);
        new ContentsLayer(room.Store, new Dictionary<string, ActionOutput>()).Lay(
            new ImageContents { Files = files },
            draft,
            CancellationToken.None
        );
        return draft;
    }
}
