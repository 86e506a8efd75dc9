using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>Takes Kubernetes from a folder of loose binaries on this machine.</summary>
internal sealed class BinariesFolder(BuildEnvironment environment)
{
    public async Task<KubernetesRelease> TakeAsync(string folder, string version, Platform platform, CancellationToken cancellationToken)
    {
        using ForgeStep step = environment.Reporter.Step($"take Kubernetes {version} from {folder}");
        Dictionary<string, ActionOutput> programs = [];
        foreach (string name in KubernetesRelease.NodePrograms)
        {
            string path = Path.Combine(folder, name);
            using FileStream content = Open(path);
            Descriptor program = ProgramFile.Take(content, new(path), platform, version, environment.Store);
            programs[name] = new(name, program.Digest, program.Size) { Executable = true };
        }

        Dictionary<string, Image> images = [];
        foreach (string path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            if (ReleasedImages.NameOf(Path.GetFileName(path)) is not { } name)
                continue;
            using FileStream archive = Open(path);
            images[name] = await new ReleasedImages(environment)
                .TakeAsync(archive, path, platform, cancellationToken)
                .ConfigureAwait(false);
        }

        step.Finish(
            ByteCount.Show(
                programs.Values.Sum(program => program.Size) + images.Values.Sum(image => image.Layers.Sum(layer => layer.Descriptor.Size))
            )
        );
        return new(folder, programs, images);
    }

    private static FileStream Open(string path) =>
        AtomicFile.Guard(
            path,
            () =>
                File.Exists(path)
                    ? RegularFile.Open(path)
                    : throw new NodeForgeException(
                        new Diagnostic(ErrorCodes.TarballIncomplete, "the folder of binaries lacks a program")
                        {
                            Where = new(path),
                            Want = string.Join(", ", KubernetesRelease.NodePrograms),
                            Hint = "put the program there",
                        }
                    )
        );
}
