using NodeForge.Images.Assembly.Contents;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Recipes;

namespace NodeForge.Images.Tests.Assembly;

public sealed class DraftingLayers
{
    private static readonly RootfsTree Base = AssemblyRoom.Tree(
        AssemblyRoom.Folder_("usr/sbin", 0x1c0),
        AssemblyRoom.Link("sbin", "usr/sbin"),
        AssemblyRoom.Folder_("etc"),
        AssemblyRoom.File_("etc/passwd", "root"),
        AssemblyRoom.File_(
            "usr/lib/systemd/system/containerd.service",
            "[Unit]\nWantedBy=no.target\n[Install]\nWantedBy=multi-user.target\nRequiredBy=k.target\nAlias=cri.service\n"
        ),
        AssemblyRoom.File_("usr/lib/systemd/system/getty@.service", "[Install]\nWantedBy=getty.target\n"),
        AssemblyRoom.File_("usr/lib/systemd/system/getty-default@.service", "[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n"),
        AssemblyRoom.File_("usr/lib/systemd/system/main.service", "[Install]\nAlso=helper.socket absent.socket main.service\n"),
        AssemblyRoom.File_("usr/lib/systemd/system/helper.socket", "[Install]\nWantedBy=sockets.target\nAlso=main.service\n"),
        AssemblyRoom.File_("usr/lib/systemd/system/disk@.service", "[Install]\n# WantedBy=no.target\nWantedBy=dev-%i.device\n"),
        AssemblyRoom.Link("etc/systemd/system/sockets.target.wants/helper.socket", "/usr/lib/systemd/system/helper.socket"),
        AssemblyRoom.File_("usr/lib/systemd/system/static.service", "[Service]\nExecStart=/bin/true\n"),
        AssemblyRoom.Link("etc/systemd/system/multi-user.target.wants/containerd.service", "/usr/lib/systemd/system/containerd.service")
    );

    [Fact]
    public void Folders_in_between_come_of_themselves_where_the_base_lacks_them()
    {
        LayerDraft draft = Draft();
        draft.AddText("etc/a/b", "x");
        Assert.Equal(["etc/a", "etc/a/b"], Paths(draft));
    }

    [Fact]
    public void A_path_through_a_link_of_the_base_lands_where_the_link_leads()
    {
        LayerDraft draft = Draft();
        draft.AddText("sbin/runc", "x");
        Assert.Equal(["usr/sbin/runc"], Paths(draft));
    }

    [Fact]
    public void A_file_where_the_base_has_a_folder_is_refused()
    {
        Diagnostic conflict = AssemblyRoom.Fails(() => Draft().AddText("usr/sbin", "x"));
        Assert.Equal(ErrorCodes.PathConflict, conflict.Code);
        Assert.Equal("/usr/sbin", conflict.Where!.Resource);
    }

    [Fact]
    public void A_file_below_a_file_is_refused()
    {
        Assert.Equal(ErrorCodes.PathConflict, AssemblyRoom.Fails(() => Draft().AddText("etc/passwd/x", "x")).Code);
    }

    [Fact]
    public void A_file_below_a_file_of_the_same_draft_is_refused()
    {
        LayerDraft draft = Draft();
        draft.AddText("opt/x", "x");
        Assert.Equal(ErrorCodes.PathConflict, AssemblyRoom.Fails(() => draft.AddText("opt/x/y", "y")).Code);
    }

    [Fact]
    public void What_is_removed_from_the_base_becomes_a_whiteout()
    {
        LayerDraft draft = Draft();
        draft.Remove("etc/passwd");
        draft.Remove("etc/none");
        Assert.Equal(["etc/.wh.passwd"], Paths(draft));
    }

    [Fact]
    public void An_enabled_unit_gets_the_links_that_its_install_section_asks_for()
    {
        Assert.Equal(
            [
                ("etc/systemd/system/cri.service", "/usr/lib/systemd/system/containerd.service"),
                ("etc/systemd/system/k.target.requires/containerd.service", "/usr/lib/systemd/system/containerd.service"),
                ("etc/systemd/system/multi-user.target.wants/containerd.service", "/usr/lib/systemd/system/containerd.service"),
            ],
            Links(new SystemdUnits { Enable = ["containerd.service"] })
        );
    }

    [Fact]
    public void An_instance_is_linked_to_its_template()
    {
        Assert.Equal(
            [("etc/systemd/system/getty.target.wants/getty@tty1.service", "/usr/lib/systemd/system/getty@.service")],
            Links(new SystemdUnits { Enable = ["getty@tty1.service"] })
        );
    }

    [Fact]
    public void A_template_is_enabled_as_its_default_instance()
    {
        Assert.Equal(
            [("etc/systemd/system/getty.target.wants/getty-default@tty1.service", "/usr/lib/systemd/system/getty-default@.service")],
            Links(new SystemdUnits { Enable = ["getty-default@.service"] })
        );
    }

    [Fact]
    public void An_instance_of_a_template_with_a_default_is_the_one_that_is_named()
    {
        Assert.Equal(
            [("etc/systemd/system/getty.target.wants/getty-default@tty7.service", "/usr/lib/systemd/system/getty-default@.service")],
            Links(new SystemdUnits { Enable = ["getty-default@tty7.service"] })
        );
    }

    [Fact]
    public void What_wants_an_instance_may_be_named_by_it()
    {
        Assert.Equal(
            [("etc/systemd/system/dev-vda.device.wants/disk@vda.service", "/usr/lib/systemd/system/disk@.service")],
            Links(new SystemdUnits { Enable = ["disk@vda.service"] })
        );
    }

    [Fact]
    public void Units_that_go_along_are_enabled_and_disabled_with_it()
    {
        Assert.Equal(
            [("etc/systemd/system/sockets.target.wants/helper.socket", "/usr/lib/systemd/system/helper.socket")],
            Links(new SystemdUnits { Enable = ["main.service"] })
        );
        Assert.Equal(
            ["etc/systemd/system/sockets.target.wants/.wh.helper.socket"],
            Paths(Written(new SystemdUnits { Disable = ["main.service"] }))
        );
    }

    [Fact]
    public void A_unit_of_the_recipe_itself_can_be_enabled()
    {
        LayerDraft draft = Draft();
        draft.AddText("etc/systemd/system/own.service", "[Install]\nWantedBy=a.target b.target\n");
        new SystemdLinks(draft, new UnitFiles(draft, Base).Read).Write(new SystemdUnits { Enable = ["own.service"] });
        Assert.Contains("etc/systemd/system/b.target.wants/own.service", Paths(draft));
    }

    [Fact]
    public void A_unit_of_a_base_whose_layers_are_compressed_can_be_enabled()
    {
        using AssemblyRoom room = new();
        byte[] layer = AssemblyRoom.Encode(
            AssemblyRoom.Tar(
                AssemblyRoom.File_("etc/before", new string('x', 300_000)),
                AssemblyRoom.File_("usr/lib/systemd/system/a.service", "[Install]\nWantedBy=multi-user.target\n")
            ),
            LayerEncoding.Gzip
        );
        RootfsTree tree = RootfsTree.Read(room.Store, [new(MediaTypes.LayerGzip, room.Store.Write(layer), layer.Length)]);
        LayerDraft draft = new(tree, AssemblyRoom.Epoch);
        new SystemdLinks(draft, new UnitFiles(draft, tree).Read).Write(new SystemdUnits { Enable = ["a.service"] });
        Assert.Contains("etc/systemd/system/multi-user.target.wants/a.service", Paths(draft));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_unit_of_a_base_that_is_too_long_to_be_one_is_refused_unread(bool compressed)
    {
        using AssemblyRoom room = new();
        byte[] plain = AssemblyRoom.Tar(AssemblyRoom.File_("usr/lib/systemd/system/a.service", new string('x', (1 << 20) + 1)));
        byte[] layer = compressed ? AssemblyRoom.Encode(plain, LayerEncoding.Gzip) : plain;
        RootfsTree tree = RootfsTree.Read(
            room.Store,
            [new(compressed ? MediaTypes.LayerGzip : MediaTypes.Layer, room.Store.Write(layer), layer.Length)]
        );
        LayerDraft draft = new(tree, AssemblyRoom.Epoch);
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() =>
            new SystemdLinks(draft, new UnitFiles(draft, tree).Read).Write(new SystemdUnits { Enable = ["a.service"] })
        );
        Assert.Equal(
            (ErrorCodes.ImageFileTooLong, "/usr/lib/systemd/system/a.service"),
            (refused.Diagnostics[0].Code, refused.Diagnostics[0].Where!.Resource)
        );
    }

    [Fact]
    public void A_disabled_units_links_in_the_base_are_whited_out()
    {
        LayerDraft draft = Written(new SystemdUnits { Disable = ["containerd.service", "absent.service"] });
        Assert.Equal(["etc/systemd/system/multi-user.target.wants/.wh.containerd.service"], Paths(draft));
    }

    [Fact]
    public void A_link_that_the_same_draft_laid_is_gone_when_its_unit_is_disabled()
    {
        LayerDraft draft = Draft();
        draft.AddLink("etc/systemd/system/getty.target.wants/getty@tty1.service", "/usr/lib/systemd/system/getty@.service");
        new SystemdLinks(draft, new UnitFiles(draft, Base).Read).Write(new SystemdUnits { Disable = ["getty@tty1.service"] });
        Assert.Null(draft.Find("etc/systemd/system/getty.target.wants/getty@tty1.service"));
    }

    [Fact]
    public void A_masked_unit_and_the_default_target_are_links()
    {
        Assert.Equal(
            [("etc/systemd/system/default.target", "/lib/systemd/system/multi-user.target"), ("etc/systemd/system/x.service", "/dev/null")],
            Links(new SystemdUnits { Mask = ["x.service"], DefaultTarget = "multi-user.target" })
        );
    }

    [Theory]
    [InlineData("absent.service", "no unit file")]
    [InlineData("getty@.service", "a template that has no DefaultInstance=")]
    [InlineData("static.service", "no [Install] section that says what wants it")]
    public void A_unit_that_cannot_be_enabled_is_refused(string unit, string got)
    {
        Diagnostic problem = AssemblyRoom.Fails(() => Written(new SystemdUnits { Enable = [unit] }));
        Assert.Equal((ErrorCodes.UnitNotFound, got), (problem.Code, problem.Got));
    }

    private static LayerDraft Draft() => new(Base, AssemblyRoom.Epoch);

    private static LayerDraft Written(SystemdUnits units)
    {
        LayerDraft draft = Draft();
        new SystemdLinks(draft, new UnitFiles(draft, Base).Read).Write(units);
        return draft;
    }

    private static IEnumerable<string> Paths(LayerDraft draft) =>
        draft.Entries.Select(entry => entry.Header.Path).Order(StringComparer.Ordinal);

    private static IEnumerable<(string, string)> Links(SystemdUnits units) =>
        Written(units)
            .Entries.Where(entry => entry.Header.Kind == TarEntryKind.SymbolicLink)
            .Select(entry => (entry.Header.Path, entry.Header.LinkTarget!))
            .OrderBy(link => link.Path, StringComparer.Ordinal);
}
