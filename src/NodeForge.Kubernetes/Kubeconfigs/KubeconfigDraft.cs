using System.Text;
using NodeForge.Files;
using NodeForge.Oci.Content;

namespace NodeForge.Kubernetes.Kubeconfigs;

/// <summary>A kubeconfig's next content, whole on the disk beside it; gone again unless it was published.</summary>
internal sealed class KubeconfigDraft : IDisposable
{
    private readonly string target;
    private readonly string temporary;

    private KubeconfigDraft(string target)
    {
        this.target = target;
        temporary = Path.Combine(
            Path.GetDirectoryName(target)!,
            $".{Path.GetFileName(target)}.{Environment.ProcessId}-{Path.GetRandomFileName()}.part"
        );
    }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiskFull"/>, <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public static KubeconfigDraft Write(string target, string text)
    {
        KubeconfigDraft draft = new(target);
        try
        {
            return AtomicFile.Guard(
                target,
                () =>
                {
                    // Keys are in it: nobody else may read it, not even for a moment.
                    using FileStream file = new(
                        draft.temporary,
                        new FileStreamOptions
                        {
                            Mode = FileMode.CreateNew,
                            Access = FileAccess.Write,
                            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                        }
                    );
                    file.Write(Encoding.UTF8.GetBytes(text));
                    AtomicFile.Sync(file);
                    return draft;
                }
            );
        }
        catch
        {
            draft.Dispose();
            throw;
        }
    }

    /// <summary>Puts it in the kubeconfig's place. It stays its owner's: with sudo another's is changed.</summary>
    public void Publish(UnixFileMode mode) =>
        AtomicFile.Guard(
            target,
            () =>
            {
                LocalPath.GiveToOwnerOf(target, temporary);
                File.SetUnixFileMode(temporary, mode);
                AtomicFile.Publish(temporary, target);
                return 0;
            }
        );

    public void Dispose() => AtomicFile.Discard(temporary);
}
