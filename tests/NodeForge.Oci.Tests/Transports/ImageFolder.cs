using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Oci.Tests.Transports;

/// <summary>A scratch folder with a store in it and two small images.</summary>
public abstract class ImageFolder : IDisposable
{
    protected ImageFolder()
    {
        Store = new(Path("store"));
        foreach (byte[] blob in Amd.Blobs.Concat(Arm.Blobs))
            Store.Write(blob);
    }

    protected string Folder { get; } = Directory.CreateTempSubdirectory("nf-images-").FullName;

    protected BlobStore Store { get; }

    protected static SmallImage Amd { get; } = SmallImage.Of("amd", Platform.LinuxAmd64);

    protected static SmallImage Arm { get; } = SmallImage.Of("arm", Platform.LinuxArm64, Gzip, MediaTypes.LayerGzip);

    protected static ImageReference Name { get; } = ImageReference.Parse("r.example/a/b:v1");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    protected string Path(string name) => System.IO.Path.Combine(Folder, name);

    protected Descriptor BothPlatforms()
    {
        byte[] index = OciJson.Write(new ImageIndex { Manifests = [Amd.Descriptor, Arm.Descriptor] });
        return new(MediaTypes.Index, Store.Write(index), index.Length);
    }

    protected BlobStore EmptyStore(string name = "taken") => new(Path(name));

    protected static byte[] Gzip(byte[] plain)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal))
            gzip.Write(plain);
        return packed.ToArray();
    }

    /// <summary>Writes an archive of given entries; a text that begins with <c>-&gt;</c> makes a symbolic link.</summary>
    protected string Archive(params (string Path, object Content)[] entries)
    {
        string file = Path(System.IO.Path.GetRandomFileName() + ".tar");
        using FileStream output = File.Create(file);
        using TarWriter writer = new(output, TarEntryFormat.Ustar);
        foreach ((string path, object content) in entries)
        {
            if (content is string text && text.StartsWith("->", StringComparison.Ordinal))
                writer.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, path) { LinkName = text[2..] });
            else
                writer.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, path)
                    {
                        DataStream = new MemoryStream(content as byte[] ?? Encoding.UTF8.GetBytes((string)content)),
                    }
                );
        }

        return file;
    }

    protected static async Task<Diagnostic> FailsAsync(ErrorCode code, Func<Task> action)
    {
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(action);
        Assert.True(code == failed.Diagnostics[0].Code, failed.Message);
        return failed.Diagnostics[0];
    }

    protected static async Task<Image> TakeAsync(IImageSource source, BlobStore store, Platform platform, string? name = null) =>
        await store.TakeAsync(await source.FindAsync(name, platform, CancellationToken.None), CancellationToken.None);

    protected static IImageSource Open(string transport) =>
        ImageTransport.Parse(transport).OpenAsync(TransportHost.Files, CancellationToken.None).GetAwaiter().GetResult();

    protected static IReadOnlyList<ImageEntry> List(IImageSource source) =>
        source.ListAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();

    protected IReadOnlyList<Image> ImagesOf(Descriptor root, ImageReference? reference = null, string? tag = null) =>
        StoredImages.Of(Store, root, reference, tag);

    protected static bool HasManifests(BlobStore store) => store.Contains(Amd.Descriptor.Digest) || store.Contains(Arm.Descriptor.Digest);
}
