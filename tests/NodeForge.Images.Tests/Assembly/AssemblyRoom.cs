using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Images.Tests.Assembly;

/// <summary>A store, a cache and scratch in a folder of their own; keeps what is reported.</summary>
internal sealed class AssemblyRoom : IDisposable, IForgeReporter
{
    public const long Epoch = 1_700_000_000; // 2023-11-14T22:13:20Z
    private readonly ConcurrentQueue<ForgeEvent> events = new();

    public AssemblyRoom()
    {
        Folder = Directory.CreateTempSubdirectory("nodeforge-assembly-").FullName;
        Store = new BlobStore(this["cache/blobs"]);
        Environment = new(
            Store,
            new ActionCache(this["cache/actions"], Store, TimeProvider.System, this),
            this["cache/scratch"],
            HostEnvironment.FromProcess(),
            this
        );
    }

    public string Folder { get; }

    public BlobStore Store { get; }

    public BuildEnvironment Environment { get; }

    public IReadOnlyList<ForgeEvent> Events => [.. events];

    public string this[string name] => Path.Combine(Folder, name);

    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public void Report(ForgeEvent happened) => events.Enqueue(happened);

    public static LayerEntry File_(string path, string text, int mode = 0x1a4) => Entry(path, Encoding.UTF8.GetBytes(text), mode);

    public static LayerEntry Entry(string path, byte[] bytes, int mode = 0x1a4) =>
        new(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.File,
                Mode = mode,
                Size = bytes.Length,
            },
            bytes.Length == 0 ? null : new InlineContent(bytes)
        );

    public static LayerEntry Folder_(string path, int mode = 0x1ed) =>
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

    public static byte[] Tar(params LayerEntry[] entries)
    {
        using MemoryStream bytes = new();
        LayerWriter.Write(entries, bytes, Epoch);
        return bytes.ToArray();
    }

    public static byte[] Encode(byte[] plain, LayerEncoding encoding)
    {
        using MemoryStream bytes = new();
        using (Stream encoder = encoding.Encode(bytes))
            encoder.Write(plain);
        return bytes.ToArray();
    }

    /// <summary>What the system's xz makes of bytes.</summary>
    public static byte[] Xz(byte[] plain)
    {
        using Process xz = Process.Start(
            new ProcessStartInfo("xz", ["--compress", "--stdout"]) { RedirectStandardInput = true, RedirectStandardOutput = true }
        )!;
        xz.StandardInput.BaseStream.Write(plain);
        xz.StandardInput.Close();
        using MemoryStream bytes = new();
        xz.StandardOutput.BaseStream.CopyTo(bytes);
        xz.WaitForExit();
        return bytes.ToArray();
    }

    /// <summary>An ELF header with a version stamped behind it as the Go linker does, ended by a NUL.</summary>
    public static byte[] Program(string version, byte machine = 0x3e, int padding = 100) =>
        [
            0x7f,
            (byte)'E',
            (byte)'L',
            (byte)'F',
            2,
            1,
            1,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            2,
            0,
            machine,
            0,
            .. new byte[padding],
            .. Encoding.ASCII.GetBytes(version),
            0,
        ];

    public static RootfsTree Tree(params LayerEntry[] entries)
    {
        RootfsTree tree = new();
        string file = Path.GetTempFileName();
        File.WriteAllBytes(file, Tar(entries));
        using (FileStream layer = File.OpenRead(file))
            tree.Apply(layer, "test", file);
        return tree;
    }

    /// <summary>The entries of a layer by path, with a file's text.</summary>
    public Dictionary<string, (TarEntry Header, string Text)> Read(Descriptor layer)
    {
        Dictionary<string, (TarEntry, string)> entries = [];
        using Stream plain = Decompression.Open(Store.OpenRead(layer.Digest), "layer");
        using TarReader reader = new(plain, "layer");
        while (reader.Read() is { } entry)
        {
            using StreamReader text = new(reader.Content, Encoding.Latin1);
            entries[entry.Path] = (entry, text.ReadToEnd());
        }

        return entries;
    }

    public static Diagnostic Fails(Action act) => Assert.Throws<NodeForgeException>(act).Diagnostics[0];

    public static async Task<Diagnostic> FailsAsync(Func<Task> act) => (await Assert.ThrowsAsync<NodeForgeException>(act)).Diagnostics[0];

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
