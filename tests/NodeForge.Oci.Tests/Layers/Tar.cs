using System.Text;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Tests.Layers;

/// <summary>Short forms for the cases of this folder.</summary>
internal static class Tar
{
    public const long Epoch = 1_700_000_000;

    public static LayerEntry File(
        string path,
        string content = "",
        int mode = 0x1a4,
        long time = 0,
        params (string, byte[])[] attributes
    ) => File(path, Encoding.UTF8.GetBytes(content), mode, time, attributes);

    public static LayerEntry File(
        string path,
        byte[] content,
        int mode = 0x1a4,
        long time = 0,
        params (string Name, byte[] Value)[] attributes
    ) =>
        new(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.File,
                Mode = mode,
                ModificationTime = time,
                Size = content.Length,
                ExtendedAttributes = attributes.ToDictionary(a => a.Name, a => a.Value),
            },
            new InlineContent(content)
        );

    public static LayerEntry Directory(string path, int mode = 0x1ed) =>
        new(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.Directory,
                Mode = mode,
            },
            null
        );

    public static LayerEntry Link(string path, string target) =>
        new(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.SymbolicLink,
                Mode = 0x1ff,
                LinkTarget = target,
            },
            null
        );

    public static LayerEntry HardLink(string path, string target) =>
        new(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.HardLink,
                Mode = 0x1a4,
                LinkTarget = target,
            },
            null
        );

    public static byte[] Write(params LayerEntry[] entries)
    {
        using MemoryStream output = new();
        LayerWriter.Write(entries, output, Epoch);
        return output.ToArray();
    }

    public static List<(TarEntry Entry, byte[] Content)> Read(byte[] archive, TarReaderOptions? options = null)
    {
        using MemoryStream stream = new(archive);
        return Read(stream, options);
    }

    public static List<(TarEntry Entry, byte[] Content)> Read(Stream archive, TarReaderOptions? options = null)
    {
        List<(TarEntry, byte[])> entries = [];
        using TarReader reader = new(archive, "test.tar", options);
        while (reader.Read() is { } entry)
        {
            using MemoryStream content = new();
            reader.Content.CopyTo(content);
            entries.Add((entry, content.ToArray()));
        }

        return entries;
    }

    public static string[] Names(byte[] archive) => [.. Read(archive).Select(e => e.Entry.Path)];

    public static Diagnostic Fault(Action action) => Assert.Throws<NodeForgeException>(action).Diagnostics[0];

    /// <summary>A header as a hostile writer would make it: every field as told, the checksum right.</summary>
    public static byte[] Header(
        string name,
        char type = '0',
        string size = "00000000000",
        string link = "",
        string magic = "ustar\u000000",
        string prefix = "",
        string mode = "0000644",
        string uid = "0000000",
        string gid = "0000000",
        string time = "00000000000",
        string major = "0000000",
        string minor = "0000000",
        byte[]? rawSize = null,
        byte[]? rawName = null,
        string trailer = ""
    )
    {
        byte[] block = new byte[512];
        void Put(int offset, string text) => Encoding.Latin1.GetBytes(text).CopyTo(block, offset);
        Put(0, name);
        rawName?.CopyTo(block, 0);
        Put(100, mode);
        Put(108, uid);
        Put(116, gid);
        Put(124, size);
        rawSize?.CopyTo(block, 124);
        Put(136, time);
        Put(148, "        ");
        block[156] = (byte)type;
        Put(157, link);
        Put(257, magic);
        Put(329, major);
        Put(337, minor);
        Put(345, prefix);
        Put(508, trailer);
        Put(148, Convert.ToString(block.Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
        return block;
    }

    public static byte[] Octal(long size) => Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'));

    /// <summary>A header and its content, padded.</summary>
    public static byte[] Entry(string name, byte[] content, char type = '0') =>
        [.. Header(name, type, Encoding.ASCII.GetString(Octal(content.Length))), .. content, .. new byte[-content.Length & 511]];

    public static byte[] Pax(char type, params string[] records) =>
        Entry("PaxHeaders/x", Encoding.Latin1.GetBytes(string.Concat(records)), type);

    public static string Record(string key, string value)
    {
        int rest = Encoding.Latin1.GetByteCount(key + value) + 3;
        int length = rest + 1;
        while (rest + $"{length}".Length != length)
            length = rest + $"{length}".Length;
        return $"{length} {key}={value}\n";
    }

    public static byte[] End => new byte[1024];

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];
}
