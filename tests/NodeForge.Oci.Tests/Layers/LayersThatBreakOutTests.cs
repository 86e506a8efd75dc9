using System.Text;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Tests.Layers;

/// <summary>Ways out of a root that unpackers have taken: each layer gives a tree in which everything lies where a chroot would have it, or
/// is refused.</summary>
/// <remarks>The kinds are those of the breakout tests of containerd and Moby. D is a folder, F a file, S a symbolic and H a hard link; a
/// hard link is shown with where its target lies.</remarks>
public sealed class LayersThatBreakOutTests
{
    private const string Passwd = "D etc; F etc/passwd=inside";

    // Through links within one layer.
    [Theory]
    [InlineData("D etc; S localetc>/etc; F /localetc/unbroken=u", "D etc; F etc/unbroken=u; S localetc>/etc")]
    [InlineData(
        "D etc; D dummy; S localetc>/dummy/../etc; F /localetc/unbroken=u",
        "D dummy; D etc; F etc/unbroken=u; S localetc>/dummy/../etc"
    )]
    [InlineData(
        "D etc; D dummy; S /dummy/etc>/etc; S localetc>/dummy/etc; F /localetc/unbroken=u",
        "D dummy; S dummy/etc>/etc; D etc; F etc/unbroken=u; S localetc>/dummy/etc"
    )]
    [InlineData(
        "D etc; D dummy; S /dummy/etc>/etc; S localetc>./dummy/etc; F /dummy/etc/unbroken=u",
        "D dummy; S dummy/etc>/etc; D etc; F etc/unbroken=u; S localetc>./dummy/etc"
    )]
    [InlineData("D etc; F etc/emptied=notempty; S localetc>/etc; F localetc/emptied=", "D etc; F etc/emptied=; S localetc>/etc")]
    [InlineData("S escape>../victim; F escape/file=f", "S escape>../victim; D victim; F victim/file=f")]
    [InlineData("S escape>/../victim; F escape/file=f", "S escape>/../victim; D victim; F victim/file=f")]
    [InlineData(
        "S dir/escape>../../victim; F dir/escape/new/file=f",
        "D dir; S dir/escape>../../victim; D victim; D victim/new; F victim/new/file=f"
    )]
    [InlineData(
        "D inner; S inner/up>..; S inner/up/escape>../victim; F inner/up/escape/file=f",
        "S escape>../victim; D inner; S inner/up>..; D victim; F victim/file=f"
    )]
    [InlineData(
        "S a/b>.; S a/b/c>.; S a/b/c/d>../../outside; F a/d/pwned=p",
        "D a; S a/b>.; S a/c>.; S a/d>../../outside; D outside; F outside/pwned=p"
    )]
    [InlineData(
        "D target; S escape>..; S absolute>/target; F escape/absolute/file=f",
        "S absolute>/target; S escape>..; D target; F target/file=f"
    )]
    [InlineData("S x>/etc/passwd; F x=mine", "F x=mine")]
    [InlineData(
        "D foo; D foo/tmp; F foo/tmp/out=1; S foo>/; F foo/tmp/out=2; D foo; D foo/tmp; F foo/tmp/out=3",
        "D foo; D foo/tmp; F foo/tmp/out=3; D tmp; F tmp/out=2"
    )]
    public void A_link_leads_no_further_than_to_the_root(string layer, string tree) => Assert.Equal(tree, Tree(layer));

    [Theory]
    [InlineData(
        Passwd + "; D out; S out/d1>../../etc; H out/mine>/out/d1/passwd",
        "D etc; F etc/passwd=inside; D out; S out/d1>../../etc; H out/mine>etc/passwd"
    )]
    [InlineData(
        Passwd + "; D out; D down; S out/d1>../down/../../etc; H out/mine>/out/d1/passwd",
        "D down; D etc; F etc/passwd=inside; D out; S out/d1>../down/../../etc; H out/mine>etc/passwd"
    )]
    [InlineData(
        Passwd + "; S localetc>../../../../../../../etc; H mine>/localetc/passwd",
        "D etc; F etc/passwd=inside; S localetc>../../../../../../../etc; H mine>etc/passwd"
    )]
    [InlineData(
        Passwd + "; S localetc>up/../../../etc; H mine>/localetc/passwd",
        "D etc; F etc/passwd=inside; S localetc>up/../../../etc; H mine>etc/passwd"
    )]
    [InlineData(Passwd + "; H mine>/etc/passwd", "D etc; F etc/passwd=inside; H mine>etc/passwd")]
    [InlineData(Passwd + "; D local/; H local/mine>/etc/passwd", "D etc; F etc/passwd=inside; D local; H local/mine>etc/passwd")]
    [InlineData(
        Passwd + "; S link>../../../../../etc/passwd; H mine>/link",
        "D etc; F etc/passwd=inside; S link>../../../../../etc/passwd; H mine>etc/passwd"
    )]
    [InlineData(
        "D var; S var/run>/run; F var/run/source=s; H var/run/link>var/run/source",
        "D run; H run/link>run/source; F run/source=s; D var; S var/run>/run"
    )]
    public void A_hard_link_is_of_what_lies_inside(string layer, string tree) => Assert.Equal(tree, Tree(layer));

    // As link(2) does, and with it every engine, which links while it unpacks.
    [Theory]
    [InlineData("S escape>../victim; H hard>escape/hello")]
    [InlineData("H late>file; F file=x")]
    [InlineData("D d; H d/late>d/file; F d/file=x; H d/fine>d/file")]
    [InlineData("S s>d; H late>s/file; D d; F d/file=x")]
    [InlineData("H self>self")]
    [InlineData("D d; H mine>d")]
    [InlineData("F a=x; H mine>a/b")]
    [InlineData("S a>b; S b>a; H mine>a/c")]
    [InlineData("H mine>nowhere")]
    public void A_hard_link_before_its_file_or_without_one_is_refused(string layer) =>
        Assert.Equal(ErrorCodes.ArchiveEntryRefused, Tar.Fault(() => Tree(layer)).Code);

    // Engines make it a name of the file below; whoever reads the tree at its end would see the other.
    [Theory]
    [InlineData("F file=x", "H late>file; F file=y")]
    [InlineData("F file=x", "H late>file; S file>late")]
    [InlineData("F file=x", "H late>file; F .wh.file=")]
    [InlineData("D d; F d/file=x", "H late>d/file; F d/.wh..wh..opq=")]
    [InlineData("D d; F d/file=x", "H late>d/file; F .wh.d=")]
    [InlineData("D d; F d/file=x; S s>d", "H late>s/file; F d/file=y")]
    [InlineData("D d; F d/file=x; S s>d", "H late>d/file; F s/file=y")]
    [InlineData("F other=x", "F file=x; H late>file; F file=y")]
    public void A_hard_link_to_a_file_that_its_layer_replaces_later_is_refused(string below, string layer)
    {
        Diagnostic fault = Tar.Fault(() => Tree(below, layer));
        Assert.Equal(ErrorCodes.ArchiveEntryRefused, fault.Code);
        Assert.Contains("comes before the file that it leads to", fault.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("F low=x", "H up>low", "F low=x; H up>low")]
    [InlineData("D d; F d/low=x", "D d; H up>d/low; D d; F d/new=y", "D d; F d/low=x; F d/new=y; H up>d/low")]
    [InlineData("D d; F d/low=x", "S s>d; H up>s/low", "D d; F d/low=x; S s>d; H up>d/low")]
    public void A_hard_link_to_a_file_of_a_layer_below_is_taken(string below, string layer, string tree) =>
        Assert.Equal(tree, Tree(below, layer));

    [Theory]
    [InlineData("F ../victim/dotdot=x")]
    [InlineData("F /../victim/dotdot=x")]
    [InlineData("F dne/../.wh.etc=")]
    [InlineData("H dotdot>../victim/hello")]
    [InlineData("H dotdot>/../victim/hello")]
    [InlineData("H victim>../victim; F victim/file=x")]
    [InlineData("H victim>../victim; S link>victim/hello")]
    [InlineData("H victim>../victim; F victim=x")]
    [InlineData(Passwd + "; H mine>../../../../../etc/passwd")]
    [InlineData(Passwd + "; S ..>/etc/; H mine>/etc/passwd")]
    [InlineData(Passwd + "; S >/etc/; H mine>/etc/passwd")]
    [InlineData(Passwd + "; S local/sub/..>/etc/; H local/mine>/etc/passwd")]
    public void A_name_that_climbs_is_refused(string layer) =>
        Assert.Equal(ErrorCodes.ArchiveNameRefused, Tar.Fault(() => Tree(layer)).Code);

    [Theory]
    [InlineData(
        Passwd + "; D localetc",
        "S localetc>/etc; H localetc/mine>/etc/passwd",
        "D etc; H etc/mine>etc/passwd; F etc/passwd=inside; S localetc>/etc"
    )]
    [InlineData(
        Passwd + "; D localetc",
        "S localetc>../../etc; H localetc/mine>/etc/passwd",
        "D etc; H etc/mine>etc/passwd; F etc/passwd=inside; S localetc>../../etc"
    )]
    [InlineData(
        Passwd + "; S localetc>/etc",
        "D localetc; H localetc/mine>/etc/passwd",
        "D etc; F etc/passwd=inside; D localetc; H localetc/mine>etc/passwd"
    )]
    [InlineData(
        Passwd + "; S localetc>etc; H localetc/mine>/etc/passwd",
        "D localetc; F localetc/mine=different",
        "D etc; H etc/mine>etc/passwd; F etc/passwd=inside; D localetc; F localetc/mine=different"
    )]
    [InlineData(
        "D usr; D usr/lib; S lib>usr/lib",
        "F lib/systemd/system/a.service=a",
        "S lib>usr/lib; D usr; D usr/lib; D usr/lib/systemd; D usr/lib/systemd/system; F usr/lib/systemd/system/a.service=a"
    )]
    [InlineData(
        "D var; S var/run>/run",
        "F var/run/existing/new/file=f",
        "D run; D run/existing; D run/existing/new; F run/existing/new/file=f; D var; S var/run>/run"
    )]
    [InlineData("S x>../../victim", "F x/file=f", "D victim; F victim/file=f; S x>../../victim")]
    [InlineData(Passwd + "; S localetc>/etc", "F .wh.localetc=", "D etc; F etc/passwd=inside")]
    [InlineData(Passwd + "; F etc/out=o; S localetc>/etc", "F localetc/.wh.out=", "D etc; F etc/passwd=inside; S localetc>/etc")]
    [InlineData(Passwd, "F .wh.etc/some=file", "D .wh.etc; F .wh.etc/some=file; D etc; F etc/passwd=inside")]
    [InlineData(Passwd + "; S localetc>/dne", "F localetc/.wh.etc=", "D dne; D etc; F etc/passwd=inside; S localetc>/dne")]
    [InlineData(
        "F .baz=1; F baz=1; D foo; F foo/.abc=1; D foo/cde; F foo/cde/def=1",
        "F .wh..baz=; F foo/.wh.cde=",
        "F baz=1; D foo; F foo/.abc=1"
    )]
    [InlineData(
        "F .baz=1; F baz=1; D foo; F foo/.abc=1; D foo/cde; F foo/cde/def=1",
        "F .wh.baz=; D foo; F foo/.bce=2; F foo/.wh..wh..opq=; D foo/cde; F foo/cde/efg=2",
        "F .baz=1; D foo; F foo/.bce=2; D foo/cde; F foo/cde/efg=2"
    )]
    public void What_a_layer_lays_over_another_stays_inside(string below, string above, string tree) =>
        Assert.Equal(tree, Tree(below, above));

    [Theory]
    [InlineData(".wh.")]
    [InlineData(".wh..")]
    [InlineData(".wh...")]
    [InlineData("etc/.wh..")]
    [InlineData("etc/.wh...")]
    public void A_whiteout_of_the_folder_or_of_the_one_above_is_refused(string name) =>
        Assert.Equal(ErrorCodes.ArchiveEntryRefused, Tar.Fault(() => Tree(Passwd, $"F {name}=")).Code);

    private static string Tree(params string[] layers)
    {
        string folder = Directory.CreateTempSubdirectory("nodeforge-breakout-").FullName;
        try
        {
            return Tree(folder, layers);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Tree(string folder, string[] layers)
    {
        RootfsTree tree = new();
        for (int i = 0; i < layers.Length; i++)
        {
            string file = Path.Combine(folder, $"layer{i}.tar");
            File.WriteAllBytes(file, Archive(layers[i]));
            using FileStream stream = File.OpenRead(file);
            tree.Apply(stream, "layer", file);
        }

        return string.Join(
            "; ",
            tree.Entries()
                .Select(entry =>
                    entry.Header.Kind switch
                    {
                        TarEntryKind.Directory => $"D {entry.Header.Path}",
                        TarEntryKind.SymbolicLink => $"S {entry.Header.Path}>{entry.Header.LinkTarget}",
                        TarEntryKind.HardLink => $"H {entry.Header.Path}>{tree.Resolve(entry.Header.LinkTarget!)}",
                        _ => $"F {entry.Header.Path}={Text(entry)}",
                    }
                )
        );
    }

    private static string Text(RootfsEntry entry)
    {
        using StreamReader reader = new(entry.Content!.Open(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static byte[] Archive(string layer) => Tar.Join([.. layer.Split("; ").Select(Entry), Tar.End]);

    private static byte[] Entry(string entry)
    {
        (char kind, string rest) = (entry[0], entry[2..]);
        int end = rest.IndexOfAny(['=', '>']) is >= 0 and int found ? found : rest.Length;
        (string name, string value) = (rest[..end], rest.Length > end ? rest[(end + 1)..] : "");
        return kind switch
        {
            'F' => Tar.Entry(name, Encoding.UTF8.GetBytes(value)),
            'D' => Tar.Header(name, '5', mode: "0000755"),
            'S' => Tar.Header(name, '2', link: value),
            _ => Tar.Header(name, '1', link: value),
        };
    }
}
