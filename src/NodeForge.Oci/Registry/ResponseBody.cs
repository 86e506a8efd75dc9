namespace NodeForge.Oci.Registry;

/// <summary>Reads bodies of servers that nobody vouches for: never more than a given length.</summary>
internal static class ResponseBody
{
    /// <returns>The body, or its first <paramref name="limit"/> bytes and one more.</returns>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using MemoryStream kept = new();
            byte[] buffer = new byte[16 << 10];
            int read;
            while (kept.Length <= limit && (read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                await kept.WriteAsync(buffer.AsMemory(0, (int)Math.Min(read, limit + 1 - kept.Length)), cancellationToken).ConfigureAwait(false);
            return kept.ToArray();
        }
    }
}
