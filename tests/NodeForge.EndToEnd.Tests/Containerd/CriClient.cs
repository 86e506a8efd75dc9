using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>Asks the CRI as the kubelet does: gRPC over containerd's socket.</summary>
internal static class CriClient
{
    private const int FrameHeader = 5; // a flag for compression, the message's length in four bytes

    /// <summary>runtime.v1.ImageService/ListImages, without a filter.</summary>
    public static async Task<IReadOnlyList<CriImage>> ListImagesAsync(string socket)
    {
        using SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, cancellationToken) => await ConnectAsync(socket, cancellationToken),
        };
        using HttpClient client = new(handler);
        using HttpRequestMessage request = new(HttpMethod.Post, "http://localhost/runtime.v1.ImageService/ListImages")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact, // no TLS to settle it with, so both sides know it beforehand
            Content = new ByteArrayContent(new byte[FrameHeader]), // an empty message
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using HttpResponseMessage response = await client.SendAsync(request);
        byte[] frame = await response.Content.ReadAsByteArrayAsync();
        // A call that fails has its status in the headers, one that succeeds behind the message.
        HttpHeaders told = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        Assert.True(
            told.GetValues("grpc-status").Single() == "0",
            string.Join('\n', told.Select(header => $"{header.Key}: {string.Join(' ', header.Value)}"))
        );
        return CriImage.ReadAll(frame.AsSpan(FrameHeader));
    }

    private static async Task<Stream> ConnectAsync(string socket, CancellationToken cancellationToken)
    {
        Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
