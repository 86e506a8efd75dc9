using NodeForge.Oci.Content;

namespace NodeForge.Kubernetes.Kubeconfigs;

/// <summary>kubectl's lock: a file beside the kubeconfig that only one can create.</summary>
internal sealed class KubeconfigLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);

    // errno(3), EEXIST. Looking for the file instead would miss one that has been given up in between.
    private const int Exists = 17;

    private readonly string path;

    private KubeconfigLock(string path) => this.path = path;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KubeconfigBusy"/>.</exception>
    public static KubeconfigLock Take(string kubeconfig)
    {
        string path = kubeconfig + ".lock";
        for (TimeSpan waited = TimeSpan.Zero; ; waited += Every)
        {
            try
            {
                using FileStream made = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
                return new(path);
            }
            catch (IOException failure) when (failure.HResult == Exists && waited < Patience)
            {
                Thread.Sleep(Every);
            }
            catch (IOException failure) when (failure.HResult == Exists)
            {
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.KubeconfigBusy, "the kubeconfig is locked")
                    {
                        Where = new(kubeconfig),
                        Got = $"{path}, made at {File.GetLastWriteTimeUtc(path):u}",
                        Hint = $"if no kubectl or kind is using it: rm {path}",
                    }
                );
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw AtomicFile.Explain(path, failure);
            }
        }
    }

    // One that cannot be removed is told by the next who wants it.
    public void Dispose() => AtomicFile.Discard(path);
}
