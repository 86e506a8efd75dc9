using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>Takes Kubernetes from a folder of loose binaries on this machine.</summary>
internal sealed class BinariesFolder(BuildEnvironment environment)
{
    public KubernetesRelease Take(string folder, string version, Platform platform)
    {
        using ForgeStep step = environment.Reporter.Step($"take Kubernetes {version} from {folder}");
        List<ActionOutput> outputs = [];
        foreach (string name in KubernetesRelease.NodePrograms)
        {
            string path = Path.Combine(folder, name);
            using FileStream content = Open(path);
            Descriptor program = ProgramFile.Take(content, new(path), platform, version, environment.Store);
            outputs.Add(new(name, program.Digest, program.Size) { Executable = true });
        }

        foreach (string path in Directory.EnumerateFiles(folder, "kube-*.tar").Order(StringComparer.Ordinal))
        {
            using FileStream content = Open(path);
            using BlobIngest ingest = environment.Store.BeginIngest();
            content.CopyTo(ingest, 1 << 20);
            Descriptor archive = ingest.Commit();
            outputs.Add(new(Path.GetFileNameWithoutExtension(path), archive.Digest, archive.Size));
        }

        step.Finish(ByteCount.Show(outputs.Sum(output => output.Size)));
        return KubernetesRelease.Of(folder, outputs);
    }

    private static FileStream Open(string path) => AtomicFile.Guard(path, () => File.Exists(path)
        ? File.OpenRead(path)
        : throw new NodeForgeException(new Diagnostic(ErrorCodes.TarballIncomplete, "the folder of binaries lacks a program")
        {
            Where = new(path),
            Want = string.Join(", ", KubernetesRelease.NodePrograms),
            Mend = "put the program there",
        }));
}
