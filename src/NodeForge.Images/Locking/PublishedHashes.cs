using System.Text;
using NodeForge.Images.Fetching;

namespace NodeForge.Images.Locking;

/// <summary>Asks for what is published about a file: its checksum, beside it or where a recipe says.</summary>
internal sealed class PublishedHashes(HttpConnections connections, SourceMirrors mirrors, FetchOptions options)
{
    private static readonly (string Suffix, int Digits)[] Sidecars = [(".sha256", 64), (".sha256sum", 64), (".sha512", 128)];
    private const int MostOfSidecar = 64 << 10;

    /// <summary>Of a checksum file that lies beside a file.</summary>
    /// <returns>Null where there is none. A server without checksum files is no failure, whatever it answers: the lock pins what came, as
    /// for every other file.</returns>
    public async Task<PublishedHash?> BesideAsync(Uri address, CancellationToken cancellationToken)
    {
        foreach ((string suffix, int digits) in Sidecars)
        {
            string url = address.GetLeftPart(UriPartial.Path) + suffix + address.Query;
            if (
                await TextAsync(new Uri(url), cancellationToken).ConfigureAwait(false) is { } text
                && ChecksumFile.Find(text, Path.GetFileName(address.AbsolutePath), digits) is { } hash
            )
                return new(url, hash);
        }

        return null;
    }

    /// <summary>Of a checksum file that a recipe names: whoever names it wants it heeded.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ChecksumMissing"/>.</exception>
    public async Task<PublishedHash> NamedAsync(string name, string checksums, string file, CancellationToken cancellationToken)
    {
        string? said = null;
        foreach (string place in mirrors.UrlsOf(checksums))
        {
            if (await TextAsync(new Uri(place), cancellationToken).ConfigureAwait(false) is not { } text)
                continue;
            if ((ChecksumFile.Find(text, file, digits: 64) ?? ChecksumFile.Find(text, file, digits: 128)) is { } hash)
                return new(place, hash);
            said = $"no SHA-256 and no SHA-512 of {file}";
        }

        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.ChecksumMissing, $"the checksum of {name} cannot be had")
            {
                Where = new(checksums),
                Got = said ?? "no answer, or none that is a text",
                Want = $"a line with the hash of {file}",
                Hint = ErrorCodes.ChecksumMissing.Remedy,
            }
        );
    }

    private async Task<string?> TextAsync(Uri address, CancellationToken cancellationToken)
    {
        using Pace pace = new(options, cancellationToken);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            using HttpResponseMessage answer = await connections.SendAsync(request, pace.Token).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentLength > MostOfSidecar)
                return null;
            Stream stream = await answer.Content.ReadAsStreamAsync(pace.Token).ConfigureAwait(false);
            byte[] text = new byte[MostOfSidecar];
            int length = await stream.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, pace.Token).ConfigureAwait(false);
            return Encoding.Latin1.GetString(text, 0, length);
        }
        catch (Exception failure)
            when (failure is HttpRequestException or IOException
                || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return null;
        }
    }
}
