using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using NodeForge.Oci.Compression;

namespace NodeForge.Oci.Tests.Layers;

/// <summary>A second copy of the assembly is loaded, which finds no library, or one that lacks the functions; its errors are this
/// copy's.</summary>
public sealed class MissingLibraryTests
{
    private static readonly byte[] Gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x24, 0, 1, 0, 0, 0x99, 0xe9, 0xd8, 0x51];
    private static readonly byte[] Xz = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4, 0xe6, 0xd6, 0xb4, 0x46, 0, 0, 0, 0];

    [Theory]
    [InlineData("gzip", "libz.so.1", "zlib1g", false)]
    [InlineData("gzip", "libz.so.1", "zlib1g", true)]
    [InlineData("zstd", "libzstd.so.1", "libzstd1", false)]
    [InlineData("zstd", "libzstd.so.1", "libzstd1", true)]
    [InlineData("xz", "liblzma.so.5", "liblzma5", false)]
    [InlineData("xz", "liblzma.so.5", "liblzma5", true)]
    public void A_library_that_is_missing_or_another_is_named_with_its_package(
        string compression,
        string library,
        string package,
        bool another
    )
    {
        byte[] content = compression switch
        {
            "gzip" => Gzip,
            "zstd" => Zstd,
            _ => Xz,
        };
        AssemblyLoadContext apart = new("apart", isCollectible: true);
        Assembly copy = apart.LoadFromAssemblyPath(typeof(Decompression).Assembly.Location);
        Assert.NotSame(typeof(Decompression).Assembly, copy);
        NativeLibrary.SetDllImportResolver(
            copy,
            (name, _, _) =>
                !name.StartsWith(library, StringComparison.Ordinal) ? 0
                : another ? NativeLibrary.Load("libc.so.6")
                : throw new DllNotFoundException($"{name}: cannot open shared object file")
        );
        MethodInfo open = copy.GetType(typeof(Decompression).FullName!)!.GetMethod(nameof(Decompression.Open))!;

        NodeForgeException failure = Assert.Throws<NodeForgeException>(() =>
        {
            using Stream plain = (Stream)
                open.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [new MemoryStream(content), "layer", null, null], null)!;
            plain.CopyTo(Stream.Null);
        });

        Diagnostic told = Assert.Single(failure.Diagnostics);
        Assert.Equal(
            (ErrorCodes.CompressionLibraryMissing, $"{library} cannot be used", $"apt-get install {package}"),
            (told.Code, told.What, told.Hint)
        );
        apart.Unload();
    }
}
