namespace NodeForge.Kubernetes.Tests;

public sealed class WhatKubeadmWants
{
    // As `kubeadm config images list --kubernetes-version VERSION` of that release prints them.
    [Theory]
    [InlineData("v1.20.2", "k8s.gcr.io/coredns:1.7.0 k8s.gcr.io/etcd:3.4.13-0 k8s.gcr.io/pause:3.2")]
    [InlineData("v1.21.0", "k8s.gcr.io/coredns/coredns:v1.8.0 k8s.gcr.io/etcd:3.4.13-0 k8s.gcr.io/pause:3.4.1")]
    [InlineData("v1.24.8", "k8s.gcr.io/coredns/coredns:v1.8.6 k8s.gcr.io/etcd:3.5.5-0 k8s.gcr.io/pause:3.7")]
    [InlineData("v1.24.9", "registry.k8s.io/coredns/coredns:v1.8.6 registry.k8s.io/etcd:3.5.6-0 registry.k8s.io/pause:3.7")]
    [InlineData("v1.25.3", "registry.k8s.io/coredns/coredns:v1.9.3 registry.k8s.io/etcd:3.5.4-0 registry.k8s.io/pause:3.8")]
    [InlineData("v1.33.5", "registry.k8s.io/coredns/coredns:v1.12.0 registry.k8s.io/etcd:3.5.21-0 registry.k8s.io/pause:3.10")]
    [InlineData("v1.33.6", "registry.k8s.io/coredns/coredns:v1.12.0 registry.k8s.io/etcd:3.5.24-0 registry.k8s.io/pause:3.10")]
    [InlineData("v1.36.2", "registry.k8s.io/coredns/coredns:v1.14.2 registry.k8s.io/etcd:3.6.8-0 registry.k8s.io/pause:3.10.2")]
    public void A_release_on_record_wants_what_its_kubeadm_says(string version, string wanted)
    {
        KubeadmImages images = KubeadmImages.Of(KubernetesVersion.Parse(version))!;

        Assert.Equal(wanted.Split(' '), images.References);
        Assert.True(images.IsCertain);
    }

    [Theory]
    [InlineData("v1.36.99")]
    [InlineData("v1.36.0-rc.0")]
    [InlineData("v1.37.0")]
    public void A_release_that_nobody_has_seen_yet_wants_what_the_one_before_it_does_and_that_is_not_certain(string version)
    {
        Assert.False(KubeadmImages.Of(KubernetesVersion.Parse(version))!.IsCertain);
    }

    [Theory]
    [InlineData("v1.19.16")]
    [InlineData("v1.99.0")]
    [InlineData("v2.36.0")]
    public void Of_other_minors_nothing_is_on_record(string version) => Assert.Null(KubeadmImages.Of(KubernetesVersion.Parse(version)));
}
