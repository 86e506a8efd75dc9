using System.Globalization;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Images.Assembly;

/// <summary>Takes large files of this machine into the store, each read once as long as it does not change.</summary>
internal sealed class LocalFiles(BuildEnvironment environment)
{
    public async Task<Digest> TakeAsync(string path, CancellationToken cancellationToken)
    {
        FileInfo file = new(path);
        // The same length, time and inode: the same file, as make and git take it.
        Digest key = ActionKey.Of("local-file/1", file.FullName, file.Length.ToString(CultureInfo.InvariantCulture), file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture));
        using ForgeStep step = environment.Reporter.Step($"read {file.Name}", file.Length);
        IReadOnlyList<ActionOutput> outputs = await environment.Actions.GetOrRunAsync(key, step, async () =>
        {
            using ProgressStream content = new(AtomicFile.Guard(path, file.OpenRead), step);
            Descriptor blob = await environment.Store.WriteAsync(content, "application/octet-stream", null, cancellationToken).ConfigureAwait(false);
            return [new(file.Name, blob.Digest, blob.Size)];
        }, cancellationToken).ConfigureAwait(false);
        return outputs[0].Digest;
    }
}
