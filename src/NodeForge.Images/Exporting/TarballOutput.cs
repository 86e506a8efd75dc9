using NodeForge.Images.Assembly.Contents;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;

namespace NodeForge.Images.Exporting;

/// <summary>Writes a server tarball to a file; compressed when its name says so.</summary>
public static class TarballOutput
{
    public static async Task WriteAsync(Descriptor tarball, string file, BuildEnvironment environment, CancellationToken cancellationToken)
    {
        string target = Path.GetFullPath(file);
        string temporary = AtomicFile.TemporaryOf(target);
        using ForgeStep step = environment.Reporter.Step($"write {Path.GetFileName(file)}", tarball.Size);
        try
        {
            FileStream output = AtomicFile.Guard(target, () => AtomicFile.Create(temporary));
            await using (output.ConfigureAwait(false))
            {
                await CopyAsync(tarball, output, Path.GetExtension(file), environment, step, cancellationToken).ConfigureAwait(false);
                AtomicFile.Sync(output);
            }

            AtomicFile.Guard(
                target,
                () =>
                {
                    AtomicFile.Publish(temporary, target);
                    return 0;
                }
            );
            step.Finish();
        }
        catch (IOException failure)
        {
            throw AtomicFile.Explain(target, failure);
        }
        finally
        {
            AtomicFile.Discard(temporary);
        }
    }

    private static async Task CopyAsync(
        Descriptor tarball,
        FileStream output,
        string extension,
        BuildEnvironment environment,
        ForgeStep step,
        CancellationToken cancellationToken
    )
    {
        LayerEncoding encoding = extension switch
        {
            ".gz" or ".tgz" => LayerEncoding.Gzip,
            ".zst" => LayerEncoding.Zstd,
            _ => LayerEncoding.None,
        };
        ProgressStream content = new(environment.Store.OpenVerified(tarball.Digest), step);
        await using (content.ConfigureAwait(false))
        {
            Stream encoder = encoding.Compression == LayerCompression.None ? output : encoding.Encode(output);
            await content.CopyToAsync(encoder, 1 << 20, cancellationToken).ConfigureAwait(false);
            if (encoder != output)
                await encoder.DisposeAsync().ConfigureAwait(false);
        }
    }
}
