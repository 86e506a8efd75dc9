using System.Formats.Tar;
using System.Text;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

namespace NodeForge.TestSupport.Upstream;

/// <summary>A <c>kubernetes-server-linux-amd64.tar.gz</c> as upstream lays it out, with programs that are no more than a header and a
/// version.</summary>
public static class ServerRelease
{
    private const string Bin = "kubernetes/server/bin/";

    private static readonly string[] Programs =
    [
        "apiextensions-apiserver",
        "kube-aggregator",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-log-runner",
        "kube-proxy",
        "kube-scheduler",
        "kubeadm",
        "kubectl",
        "kubectl-convert",
        "kubelet",
        "mounter",
    ];

    private static readonly string[] Images = ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler"];

    /// <summary>What a kubeadm answers to <c>config images list</c>, a reference a line.</summary>
    /// <param name="version">The release.</param>
    /// <param name="others">Beside the release's own images.</param>
    public static string Answer(string version, params IEnumerable<string> others) =>
        string.Concat(Images.Select(image => $"registry.k8s.io/{image}:{version}").Concat(others).Select(line => line + "\n"));

    /// <param name="version">Stamped into every program, and the images' tag.</param>
    /// <param name="kubeadm">The program; null: one that cannot be run.</param>
    public static byte[] Tarball(string version, byte[]? kubeadm = null)
    {
        using MemoryStream bytes = new();
        using (TarWriter writer = new(bytes, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (string folder in (string[])["kubernetes/", "kubernetes/addons/", "kubernetes/server/", Bin])
                writer.WriteEntry(new GnuTarEntry(TarEntryType.Directory, folder));
            Write(writer, "kubernetes/LICENSES", "Apache-2.0"u8.ToArray());
            Write(writer, "kubernetes/kubernetes-src.tar.gz", UpstreamSite.Gzip(new byte[1024]));
            foreach (string program in Programs)
                Write(
                    writer,
                    Bin + program,
                    program == "kubeadm" && kubeadm is not null ? kubeadm : Program(version),
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                );
            foreach (string image in Images)
            {
                Write(writer, $"{Bin}{image}.docker_tag", Encoding.ASCII.GetBytes(version));
                Write(writer, $"{Bin}{image}.tar", Archive($"registry.k8s.io/{image}-amd64:{version}"));
            }
        }

        return UpstreamSite.Gzip(bytes.ToArray());
    }

    // The linker puts a version into .rodata; NUL and letters of other strings stand around it.
    private static byte[] Program(string version) =>
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
            0x3e,
            0,
            .. new byte[4096],
            .. Encoding.ASCII.GetBytes(version),
            0,
        ];

    private static byte[] Archive(string reference)
    {
        string folder = Directory.CreateTempSubdirectory("nodeforge-release-").FullName;
        try
        {
            BlobStore store = new(folder);
            SmallImage image = SmallImage.Of(reference, Platform.LinuxAmd64);
            foreach (byte[] blob in image.Blobs)
                store.Write(blob);
            using MemoryStream bytes = new();
            DockerArchiveWriter.Write(
                bytes,
                StoredImages.Of(store, image.Descriptor, ImageReference.Parse(reference)),
                Platform.LinuxAmd64,
                CancellationToken.None
            );
            return bytes.ToArray();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(
        TarWriter writer,
        string path,
        byte[] content,
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite
    ) => writer.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, path) { Mode = mode, DataStream = new MemoryStream(content) });
}
