using System.Globalization;
using System.Text;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;

namespace NodeForge.Images.Debian.Packages;

/// <summary>Reads a .deb (deb(5)): an ar archive of debian-binary, control.tar and data.tar, in this order.</summary>
public sealed class DebFile
{
    private const int HeaderLength = 60;
    private const long LongestControl = 4 << 20; // the longest of Debian has 20 KiB
    private static readonly byte[] Magic = "!<arch>\n"u8.ToArray();
    private readonly string name;
    private readonly string file;

    /// <param name="name">Names the package in errors.</param>
    /// <param name="file">Where it is.</param>
    public DebFile(string name, string file)
    {
        this.name = name;
        this.file = file;
    }

    /// <summary>The control file's fields (policy 5.3): exactly one stanza.</summary>
    public IReadOnlyDictionary<string, string> ReadControl()
    {
        using Stream control = OpenMember("control.tar");
        using TarReader reader = new(control, name + " control.tar");
        while (reader.Read() is { } entry)
        {
            if (entry.Path != "control" || entry.Kind != TarEntryKind.File)
                continue;
            if (entry.Size > LongestControl)
                throw Invalid($"its control file has {entry.Size} bytes, more than {LongestControl}");
            using StreamReader text = new(reader.Content, Encoding.UTF8);
            return ControlStanzas.Parse(text.ReadToEnd().Split('\n')).ToArray() is [var fields]
                ? fields
                : throw Invalid("its control file is not one stanza");
        }

        throw Invalid("it has no control file");
    }

    /// <summary>Visits the files in archive order; the content may be read while its entry is visited.</summary>
    public void ReadData(Action<TarEntry, Stream> visit)
    {
        using Stream data = OpenMember("data.tar");
        using TarReader reader = new(data, name + " data.tar");
        while (reader.Read() is { } entry)
            visit(entry, reader.Content);
    }

    private Stream OpenMember(string wanted)
    {
        using FileStream deb = AtomicFile.Guard(
            file,
            () => new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0)
        );
        byte[] header = new byte[HeaderLength];
        if (
            deb.ReadAtLeast(header.AsSpan(0, Magic.Length), Magic.Length, throwOnEndOfStream: false) < Magic.Length
            || !header.AsSpan().StartsWith(Magic)
        )
            throw Invalid("it does not begin as an ar archive");
        while (deb.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) == HeaderLength)
        {
            string member = Encoding.ASCII.GetString(header, 0, 16).TrimEnd(' ', '/');
            if (
                header[58] != '`'
                || header[59] != '\n'
                || !long.TryParse(
                    Encoding.ASCII.GetString(header, 48, 10).TrimEnd(),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out long size
                )
            )
                throw Invalid($"the header of member '{Printable.Escape(member)}' is damaged");
            if (size > deb.Length - deb.Position)
                throw Invalid($"it ends within member '{Printable.Escape(member)}'");
            if (member == wanted || member.StartsWith(wanted + ".", StringComparison.Ordinal))
                return Decompression.Open(new FileSlice(file, deb.Position, size), name);
            deb.Seek(size + (size & 1), SeekOrigin.Current);
        }

        throw Invalid($"it has no {wanted}");
    }

    /// <summary>What keeps the package from being used.</summary>
    public NodeForgeException Invalid(string why) =>
        new(new Diagnostic(ErrorCodes.InvalidPackage, $"the package cannot be read: {why}") { Where = new(name) });
}
