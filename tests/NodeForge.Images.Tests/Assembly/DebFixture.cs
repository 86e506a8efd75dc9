using System.Globalization;
using System.Text;

namespace NodeForge.Images.Tests.Assembly;

/// <summary>Makes .debs byte by byte, as deb(5) and ar(5) describe them.</summary>
internal static class DebFixture
{
    public const string Control = "Package: hello\nVersion: 1.0\nArchitecture: amd64\n";

    public static byte[] Ar(params (string Name, byte[] Bytes)[] members)
    {
        using MemoryStream ar = new();
        ar.Write("!<arch>\n"u8);
        foreach ((string name, byte[] bytes) in members)
        {
            ar.Write(
                Encoding.ASCII.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"{name, -16}{0, -12}{0, -6}{0, -6}{100644, -8}{bytes.Length, -10}`\n")
                )
            );
            ar.Write(bytes);
            if (bytes.Length % 2 == 1)
                ar.WriteByte((byte)'\n');
        }

        return ar.ToArray();
    }

    /// <summary>With a control file of its own and no files.</summary>
    public static byte[] OfControl(string control) =>
        Ar(
            ("debian-binary", "2.0\n"u8.ToArray()),
            ("control.tar", AssemblyRoom.Tar(AssemblyRoom.File_("control", control))),
            ("data.tar", AssemblyRoom.Tar())
        );

    public static byte[] Deb(string suffix, Func<byte[], byte[]> encode, params Oci.Layers.LayerEntry[] files) =>
        Ar(
            ("debian-binary", "2.0\n"u8.ToArray()),
            ("control.tar" + suffix, encode(AssemblyRoom.Tar(AssemblyRoom.File_("control", Control)))),
            ("data.tar" + suffix, encode(AssemblyRoom.Tar(files)))
        );
}
