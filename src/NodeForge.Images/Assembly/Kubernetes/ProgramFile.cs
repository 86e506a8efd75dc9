using System.Buffers.Binary;
using NodeForge.Images.Processes;
using NodeForge.Oci;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>Looks at a program on its way into the store: is it for the platform, and which Kubernetes is it?</summary>
/// <remarks>A node with a foreign kubelet boots and then says "exec format error" in a log that nobody reads; so it is said here.</remarks>
internal sealed class ProgramFile
{
    private const int HeaderLength = 20;

    /// <summary>Copies a program into the store, looking at it on the way.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="origin">Where it comes from, for errors.</param>
    /// <param name="platform">What it must run on.</param>
    /// <param name="version">The version that must be written in it; null for none.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.WrongArchitecture"/>,
    /// <see cref="ErrorCodes.VersionMismatch"/>.</exception>
    public static Descriptor Take(Stream content, Location origin, Platform platform, string? version, BlobStore store)
    {
        byte[] buffer = new byte[1 << 20];
        VersionScan scan = new(version);
        using BlobIngest ingest = store.BeginIngest();
        int read = content.ReadAtLeast(buffer, HeaderLength, throwOnEndOfStream: false);
        CheckMachine(buffer.AsSpan(0, Math.Min(read, HeaderLength)), origin, platform);
        for (; read > 0; read = content.Read(buffer))
        {
            scan.Add(buffer.AsSpan(0, read));
            ingest.Write(buffer.AsSpan(0, read));
        }

        scan.End();
        if (!scan.Found)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.VersionMismatch, "a Kubernetes program is not of the recipe's version")
                {
                    Where = origin,
                    Got = scan.Other ?? "a program with no Kubernetes version in it",
                    Want = version,
                    Hint = "give kubeadm, kubelet and kubectl of one release, and that release as 'version'",
                }
            );
        }

        return ingest.Commit();
    }

    private static void CheckMachine(ReadOnlySpan<byte> header, Location origin, Platform platform)
    {
        string got = MachineOf(header);
        if (got == platform.Architecture)
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.WrongArchitecture, "a program is not an executable for this platform")
            {
                Where = origin,
                Got = got,
                Want = $"an ELF executable for {platform}",
                Hint = $"give the release for {platform.Architecture}",
            }
        );
    }

    private static string MachineOf(ReadOnlySpan<byte> header)
    {
        if (header.Length >= 2 && header[0] == '#' && header[1] == '!')
            return "a script";
        if (header.Length < HeaderLength || !header.StartsWith("\x7f"u8) || !header[1..].StartsWith("ELF"u8))
            return "no ELF executable";
        bool little = header[5] == 1; // EI_DATA
        ushort machine = little
            ? BinaryPrimitives.ReadUInt16LittleEndian(header[18..])
            : BinaryPrimitives.ReadUInt16BigEndian(header[18..]);
        return ElfMachines.NameOf(machine);
    }
}
