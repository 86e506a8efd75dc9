namespace NodeForge.Oci.Registry;

/// <summary>Reads bodies of servers that nobody vouches for: never more than a given length, and never for ever.</summary>
internal static class ResponseBody
{
    /// <returns>The body, or its first <paramref name="limit"/> bytes and one more.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.RegistryUnreachable"/>: it broke off, or did not come to an end in
    /// time.</exception>
    public static async Task<byte[]> ReadAsync(
        RegistryEndpoint endpoint,
        HttpResponseMessage response,
        int limit,
        RegistryOptions options,
        CancellationToken cancellationToken
    )
    {
        Uri address = response.RequestMessage?.RequestUri ?? endpoint.Address;
        using ExchangeLimit whole = new(options.DocumentTimeout, cancellationToken);
        using ExchangeLimit idle = new(options.StallTimeout, whole.Token);
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(idle.Token).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
                return await ReadAsync(body, limit, idle, options.StallTimeout).ConfigureAwait(false);
        }
        catch (Exception late)
            when (late is OperationCanceledException or IOException
                && idle.Token.IsCancellationRequested
                && !cancellationToken.IsCancellationRequested
            )
        {
            throw RegistryErrors.Silent(endpoint, address, late);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw RegistryErrors.Unreachable(endpoint, address, broken);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream body, int limit, ExchangeLimit idle, TimeSpan stall)
    {
        using MemoryStream kept = new();
        byte[] buffer = new byte[16 << 10];
        int read;
        while (kept.Length <= limit && (read = await body.ReadAsync(buffer, idle.Token).ConfigureAwait(false)) > 0)
        {
            idle.Restart(stall);
            await kept.WriteAsync(buffer.AsMemory(0, (int)Math.Min(read, limit + 1 - kept.Length)), idle.Token).ConfigureAwait(false);
        }

        return kept.ToArray();
    }
}
