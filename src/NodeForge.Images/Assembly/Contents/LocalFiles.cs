using System.Globalization;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>Takes large files of this machine into the store, each read once as long as it does not change.</summary>
internal sealed class LocalFiles(BuildEnvironment environment)
{
    // Two writes within one tick of a file system's clock leave one time; FAT's tick is the longest (git's "racily clean" entries).
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(2);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LayerContentChanged"/>: somebody wrote to the file while it was read;
    /// <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public async Task<Digest> TakeAsync(string path, CancellationToken cancellationToken)
    {
        FileIdentity identity = AtomicFile.Guard(
            path,
            () => FileIdentity.Of(path) ?? throw new FileNotFoundException($"There is no file '{path}'.")
        );
        using ForgeStep step = environment.Reporter.Step($"read {Path.GetFileName(path)}", identity.Size);
        IReadOnlyList<ActionOutput> outputs = await environment
            .Actions.GetOrRunAsync(
                KeyOf(path, identity),
                step,
                async () =>
                {
                    using ProgressStream content = new(
                        AtomicFile.Guard(
                            path,
                            () =>
                                new FileStream(
                                    path,
                                    FileMode.Open,
                                    FileAccess.Read,
                                    FileShare.Read,
                                    bufferSize: 0,
                                    FileOptions.SequentialScan
                                )
                        ),
                        step
                    );
                    Descriptor blob = await environment
                        .Store.WriteAsync(content, "application/octet-stream", null, cancellationToken)
                        .ConfigureAwait(false);
                    return FileIdentity.Of(path) == identity ? [new(Path.GetFileName(path), blob.Digest, blob.Size)] : throw Changed(path);
                },
                cancellationToken,
                remember: IsSettled(identity),
                share: false
            )
            .ConfigureAwait(false);
        return outputs[0].Digest;
    }

    // The times can be set to whatever one likes, the change time cannot: a file that is other in content is other in this.
    private static Digest KeyOf(string path, FileIdentity identity) =>
        ActionKey.Of(
            "local-file/2",
            Path.GetFullPath(path),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{identity.Device}:{identity.Inode} {identity.Size} {identity.Modified} {identity.Changed}"
            )
        );

    private bool IsSettled(FileIdentity identity)
    {
        long last = Math.Max(identity.Modified, identity.Changed);
        return environment.Clock.GetUtcNow() - DateTimeOffset.UnixEpoch > TimeSpan.FromMicroseconds(last / 1000) + LongestTick;
    }

    private static NodeForgeException Changed(string path) =>
        new(
            new Diagnostic(ErrorCodes.LayerContentChanged, "a file was changed while it was read")
            {
                Where = new(path),
                Hint = "let nothing write to the sources while a build runs, and run it again",
            }
        );
}
